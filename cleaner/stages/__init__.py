"""One document in, findings out; one file a stage. `order` says which there are and when they run."""
