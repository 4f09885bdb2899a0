"""Broadsheet: publish, meter, sell and send journalism."""
