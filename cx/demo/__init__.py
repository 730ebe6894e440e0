"""The generated demo company "Harbour Group": all 22 tables of the contract, with planted truths (`truths.toml`)."""
