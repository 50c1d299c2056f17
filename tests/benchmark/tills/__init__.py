"""The parts of the benchmark of a till (``till.py``), in reading order.

=============== =======================================================
`ground`        what the tills stand on: branches, users, goods, households
`ours`          what a till of ours asks, within this process
`gestures`      what a till does beside a checkout
`plain_sql`     the same rows without any ERP
`stock_tryton`  the same basket as moves and an invoice of Tryton alone
`web_client`    what a web client asks of any server, form by form
`served`        a server of ours or of Tryton alone, as in production
`clients`       tills that work over HTTP at the same time
`stock_point`   Tryton's own point of sale, made ready and used over HTTP
`table`         the figures, the bars, and what is printed
=============== =======================================================
"""
