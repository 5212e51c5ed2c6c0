"""One document in, findings out; one file a stage. `order` says which run when, `table` holds them all."""
