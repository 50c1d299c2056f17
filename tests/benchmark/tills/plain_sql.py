"""The rows of a checkout without any ERP: the floor of what it can cost."""
from __future__ import annotations

from psycopg.types.json import Json


class BySQL:
    """Writes what a checkout leaves, copied from one, and checks nothing.

    Locks the numbers and the goods as a checkout does, in a transaction each.
    """

    def __init__(self, cluster, name: str, basket: int):
        import psycopg

        self.connection = psycopg.connect(cluster.uri + name)
        self.cursor = self.connection.cursor()
        self.basket, = self._rows('aid_basket', basket)
        self.lines = self._rows('aid_basket_line', basket, 'basket')
        self.moves = [
            row for line in self.lines
            for row in self._rows('stock_move', line['move'])]
        self.invoice, = self._rows(
            'account_invoice', self.basket['invoice'])
        self.invoice_lines = self._rows(
            'account_invoice_line', self.invoice['id'], 'invoice')
        self.payment, = self._rows('aid_basket_payment', basket, 'basket')
        self.queued = self._rows(
            'ir_queue', 'default', 'name', limit=1)
        self.connection.commit()

    def _rows(self, table: str, value, column='id', limit=1000) -> list[dict]:
        self.cursor.execute(
            f'SELECT * FROM {table} WHERE {column} = %s'
            f' ORDER BY id DESC LIMIT {limit}', [value])
        names = [column.name for column in self.cursor.description]
        return [dict(zip(names, row)) for row in reversed(
                self.cursor.fetchall())]

    def _insert(self, table: str, rows: list[dict]) -> list[int]:
        names = [name for name in rows[0] if name != 'id']
        one = '(' + ', '.join(['%s'] * len(names)) + ')'
        self.cursor.execute(
            f"INSERT INTO {table} ({', '.join(names)})"
            f" VALUES {', '.join([one] * len(rows))} RETURNING id",
            [Json(value) if isinstance(value, dict) else value
                for row in rows for value in [row[name] for name in names]])
        return [id_ for id_, in self.cursor.fetchall()]

    def checkout(self, basket: int) -> None:
        "Write all that a checkout of *basket* leaves"
        self.cursor.execute(
            'UPDATE ir_sequence_strict'
            ' SET number_next_internal = number_next_internal + 1'
            ' WHERE id = %s RETURNING number_next_internal',
            [self.invoice['sequence']])
        (number,), = self.cursor.fetchall()
        self.cursor.execute(
            'SELECT l.id, l.lot, l.quantity, h.id FROM aid_basket_line l'
            ' JOIN aid_lot_on_hand h ON h.lot = l.lot AND h.location = %s'
            ' WHERE l.basket = %s ORDER BY h.location, h.lot FOR UPDATE OF h',
            [self.moves[0]['from_location'], basket])
        lines = self.cursor.fetchall()
        self.cursor.execute(
            'UPDATE aid_lot_on_hand h SET quantity = h.quantity - v.quantity'
            ' FROM unnest(%s::int[], %s::float[]) AS v(id, quantity)'
            ' WHERE h.id = v.id AND h.quantity >= v.quantity',
            [[line[3] for line in lines], [line[2] for line in lines]])
        moves = self._insert('stock_move', [{
                    **move, 'origin': f'aid.basket.line,{line}', 'lot': lot,
                    'quantity': quantity, 'internal_quantity': quantity,
                    } for move, (line, lot, quantity, _) in zip(
                        self.moves, lines)])
        self.cursor.execute(
            'UPDATE aid_basket_line l SET move = v.move, write_date = now()'
            ' FROM unnest(%s::int[], %s::int[]) AS v(id, move)'
            ' WHERE l.id = v.id', [[line[0] for line in lines], moves])
        invoice, = self._insert('account_invoice', [
                {**self.invoice, 'number': f'SQL-{number}'}])
        self._insert('account_invoice_line', [
                {**line, 'invoice': invoice} for line in self.invoice_lines])
        self.cursor.execute(
            "UPDATE aid_basket SET state = 'done', invoice = %s, number = %s,"
            " document = 'invoice', checked_out_at = now(),"
            " write_date = now() WHERE id = %s",
            [invoice, f'SQL-{number}', basket])
        self._insert('aid_basket_payment', [
                {**self.payment, 'basket': basket}])
        if self.queued:
            self._insert('ir_queue', self.queued)
        self.connection.commit()
