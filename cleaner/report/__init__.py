"""What a person looks at after a run, made from its provenance alone. Changes nothing, prints nothing."""
