// Embeds the SQL beside it.
