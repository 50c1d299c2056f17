/* Maillon over Tryton's web client: the browser's tab says where one is. */
document.title = 'Maillon';

/* A basket is on the server before its first scan: from then on every scan is
   saved with the scan itself (aid_basket/keep.py), and a closed tab or a dead
   laptop loses nothing. */
(function() {
    'use strict';
    const scan = Sao.Record.prototype.on_scan_code;

    Sao.Record.prototype.on_scan_code = function(code, depends) {
        const read = () => scan.call(this, code, depends);
        // Without a session there is nothing to save yet; the scan says so
        if ((this.model.name != 'aid.basket') || (this.id >= 0) ||
            !this._values.session) {
            return read();
        }
        return this.save(true).then(read, read);
    };
}());
