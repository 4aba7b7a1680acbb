"""What is owed and who gets what: pure functions of amounts and days, each with a sheet that a party can check."""
