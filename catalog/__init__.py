"""The command that imports instance types into a table, and the records that stand in for EC2 on a laptop."""
