"""Rule packs, periods and explanations: pure functions over values, no database and no Django."""
