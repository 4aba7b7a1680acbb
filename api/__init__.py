"""The window of other systems: filing, query feedback, node completion, receipts in; case and time line out."""
