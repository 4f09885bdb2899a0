"""Files of members: bytes in, values out, with faults that name line and column; and cells that no spreadsheet runs."""
