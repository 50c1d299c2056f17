/* Maillon over Tryton's web client: what a till needs beyond it.

   Whoever stands there came for two hours, with a queue in front and a poor
   network: one tap does it, and what got lost on the way is sent again. */
(function() {
    'use strict';

    /* The browser's tab says where one is. */
    document.title = 'Maillon';

    /* The keyboard on the screen pushes the scanner up, instead of hiding
       it. */
    jQuery('meta[name=viewport]').attr(
        'content', (_, content) =>
            `${content}, interactive-widget=resizes-content`);

    const is_basket = screen => screen.model_name == 'aid.basket';
    const by_touch = () => window.matchMedia('(pointer: coarse)').matches;

    /* A question or its answer got lost on the way: it is asked again. So is
       a scan, which counts once however often it comes (aid_basket/keep.py),
       and a button that knows a repeated press (aid_basket/repeat.py). */

    const ASKED_AGAIN = new RegExp([
        '\\.(read|search|search_read|search_count|default_get|get)$',
        '^model\\.aid\\.distribution\\.session\\.new_basket$',
        '\\.(fields_|get_|view_|on_change|on_scan_code|autocomplete_)',
        '^model\\.aid\\.basket\\.checkout',
        '^wizard\\.aid\\.basket\\.(pay|exchange|cancel)\\.execute$',
    ].join('|'));
    const TIMES = 3;
    /* No answer, or one of who stands between: a balancer without a host, a
       host without its database. */
    const LOST = new Set([0, 502, 503, 504]);
    /* After it the client asks four times by itself, and then says nothing. */
    const BUSY = 503;
    const ITS_TIMES = 4;
    /* Whoever waits for a paper waits for half a minute, rather than to wonder
       whether the goods are booked. */
    const BOOKS = /^(model\.aid\.basket\.checkout|wizard\.)/;
    const PATIENT_TIMES = 12;
    const LONGEST_WAIT = 3000;

    jQuery.ajaxPrefilter(request => {
        const method = (request.url || '').split('/rpc/#')[1];
        if (request.asked_again || !method) {
            return;
        }
        const fail = request.error;
        const most = !ASKED_AGAIN.test(method) ? 0 :
            BOOKS.test(method) ? PATIENT_TIMES : TIMES;
        request.asked_again = true;
        let times = 0;
        request.error = function(query, status, reason) {
            if (!LOST.has(query.status) || (times >= most)) {
                return fail.call(
                    this, last_word(this, query), status, reason);
            }
            times += 1;
            if (this.async) {
                const shown = Sao.common.processing.show(0);
                window.setTimeout(() => {
                    Sao.common.processing.hide(shown);
                    jQuery.ajax(this);
                }, Math.min(400 * times, LONGEST_WAIT));
            } else {
                jQuery.ajax(this);
            }
        };
    });

    /* What the client says something about, once nobody asks any more. */
    function last_word(request, query) {
        return (query.status == BUSY) && (request.retries >= ITS_TIMES) ?
            {status: 504} : query;
    }

    /* A basket is on the server before its first scan: from then on every
       scan is saved with the scan itself (aid_basket/keep.py), and a closed
       tab or a dead laptop loses nothing. */

    const scan_record = Sao.Record.prototype.on_scan_code;

    Sao.Record.prototype.on_scan_code = function(code, depends) {
        const read = () => scan_record.call(this, code, depends);
        // Without a session there is nothing to save yet; the scan says so
        if ((this.model.name != 'aid.basket') || (this.id >= 0) ||
            !this._values.session) {
            return read();
        }
        return this.save(true).then(read, read);
    };

    /* What a scan takes out of a basket is no longer on the server: the client
       would keep it, struck through, and ask for it again in vain. What it
       puts in comes with all its values: they need not be asked for. */

    const set_records = Sao.field.One2Many.prototype.set_on_change;

    Sao.field.One2Many.prototype.set_on_change = function(record, value) {
        if ((record.model.name == 'aid.basket') && (this.name == 'lines')) {
            this._set_default_value(record);
            follow(record._values.lines, value || {});
        }
        return set_records.call(this, record, value);
    };

    function follow(lines, value) {
        const gone = new Set([
            ...(value.remove || []), ...(value.delete || []),
            ...lines.record_removed.map(line => line.id),
            ...lines.record_deleted.map(line => line.id)]);
        for (const line of lines.filter(line => gone.has(line.id))) {
            // It is still told to be gone when the basket is saved
            lines.remove(line, false, true, false);
        }
        for (const [index, values] of value.add || []) {
            if (values.id && !lines.get(values.id)) {
                const line = lines.new_(false, values.id);
                for (const name of Object.keys(values)) {
                    line._loaded[name] = true;
                }
                lines.add(line, index, false);
            }
        }
        for (const line of lines) {
            line._loaded.id = true;
        }
    }

    /* The lines of a basket are dressed for a phone (custom.css). */

    const display_tree = Sao.View.Tree.prototype.display;

    Sao.View.Tree.prototype.display = function() {
        this.el.toggleClass(
            'aid-till-lines', this.screen.model_name == 'aid.basket.line');
        const shown = display_tree.apply(this, arguments);
        tell_what_to_do(this);
        return shown;
    };

    /* An empty list says in a sentence what to do (maillon/empty_list.py),
       unless somebody searched for something that is not there. */

    let sentences = null;

    function read_sentences() {
        const User = new Sao.Model('res.user');
        sentences = sentences || User.execute('get_empty_lists', [], {});
        return sentences.fail(() => {
            sentences = null;
        });
    }

    function is_to_fill(screen) {
        const container = screen.screen_container;
        const searched = container.search_entry && container.search_entry.val();
        // Nobody fills in a list of a document that is done
        const done = screen.group.parent && screen.group.readonly;
        return !screen.group.length && !searched && !done;
    }

    function tell_what_to_do(view) {
        const screen = view.screen;
        view.el.children('.aid-empty').remove();
        if (!is_to_fill(screen)) {
            return;
        }
        read_sentences().then(sentences => {
            view.el.children('.aid-empty').remove();
            // Lines of all documents together are no document to fill in
            const all = screen.model_name.endsWith('.line')
                && !screen.group.parent;
            const sentence = sentences[screen.model_name + (all ? '/all' : '')];
            if (sentence && is_to_fill(screen)) {
                jQuery('<p/>', {
                    'class': 'aid-empty',
                    'role': 'status',
                }).text(sentence).appendTo(view.el);
            }
        });
    }

    /* Scans of one form come one after the other, from whichever reader, and
       a command of the code sheet presses its button. */

    const scan_form = Sao.View.Form.prototype.on_scan_code;

    Sao.View.Form.prototype.on_scan_code = function(code) {
        if (!is_basket(this.screen)) {
            return scan_form.call(this, code);
        }
        const scan = () => scan_form.call(this, code);
        this.scanning = (this.scanning || jQuery.when()).then(scan, scan);
        return this.scanning.then(modified => {
            const button = button_to_press(this);
            if (!button) {
                return modified;
            }
            // The scanner closes first: the button may ask something
            window.setTimeout(() => this.screen.button(button.attributes));
            return false;
        });
    };

    function button_to_press(view) {
        const record = view.record;
        const name = record && record._values.press;
        if (!name) {
            return null;
        }
        record._values.press = null;
        const button = view.get_buttons().find(
            button => button.attributes.name == name);
        if (!button) {
            return null;
        }
        const states = record.expr_eval(button.attributes.states || {});
        return (states.invisible || states.readonly) ? null : button;
    }

    /* A button whose answer got lost may be pressed again: the client would
       leave it disabled while the server cannot be reached. */

    const press_in_form = Sao.View.Form.prototype.button_clicked;

    Sao.View.Form.prototype.button_clicked = function(event) {
        if (!is_basket(this.screen)) {
            return press_in_form.call(this, event);
        }
        const button = event.data;
        button.el.prop('disabled', true);
        const pressed = this.screen.button(button.attributes);
        if (pressed) {
            pressed.fail(() => button.el.prop('disabled', false));
        } else {
            this.screen.display();
        }
    };

    /* The scanner opens by itself over a new basket, and closes when one goes
       on elsewhere. By touch it would bring up the keyboard over the
       pictures. */

    const new_record = Sao.Screen.prototype.new_;

    Sao.Screen.prototype.new_ = function() {
        return new_record.apply(this, arguments).then(record => {
            const view = this.current_view;
            if (is_basket(this) && view && view.scan_code_btn &&
                !by_touch() && !jQuery('.modal.in').length) {
                view.scan_code_btn.el.click();
            }
            return record;
        });
    };

    const keep_focus = Sao.Window.CodeScanner.prototype._keep_focus;

    Sao.Window.CodeScanner.prototype._keep_focus = function(event) {
        const scanner = jQuery(this).closest('.modal');
        const next = event.relatedTarget;
        if (next && !jQuery.contains(scanner[0], next)) {
            scanner.modal('hide');
        } else {
            keep_focus.call(this, event);
        }
    };

    /* The families as pictures, as on the code sheet: a tap is a scan of the
       family. Where it is not this client it is a list to choose from. */

    let families = null;

    function read_families() {
        const Family = new Sao.Model('aid.family');
        families = families || Family.execute('search_read', [
            [['product', '!=', null]], 0, null, null,
            ['name', 'code', 'icon']], {});
        return families.fail(() => {
            families = null;
        });
    }

    const Tiles = Sao.class_(Sao.View.Form.Widget, {
        class_: 'form-aid-tiles',
        init: function(view, attributes) {
            Tiles._super.init.call(this, view, attributes);
            // Its label is for those who see a list (custom.css)
            this.el = this.labelled = jQuery('<div/>', {
                'class': this.class_,
                'id': `aid-tiles-${view.view_id}`,
                'role': 'group',
            });
            read_families().then(
                families => families.forEach(this.add.bind(this)));
        },
        add: function(family) {
            jQuery('<button/>', {
                'class': 'btn btn-default',
                'name': family.code,
                'title': family.name,
                'type': 'button',
            }).append(
                Sao.common.ICONFACTORY.get_icon_img(family.icon),
                jQuery('<span/>').text(family.name)
                // What is typed still goes into the scanner
            ).mousedown(event => event.preventDefault()
            ).click(() => this.tap(family.code)
            ).prop('disabled', this._readonly).appendTo(this.el);
        },
        tap: function(code) {
            if (!this.record) {
                return;
            }
            this.view.set_value();
            this.view.on_scan_code(code);
        },
        set_readonly: function(readonly) {
            Tiles._super.set_readonly.call(this, readonly);
            this._readonly = readonly;
            this.el.find('button').prop('disabled', readonly);
        },
        set_value: function() {
        },
    });

    const WIDGETS = Sao.View.FormXMLViewParser.WIDGETS;
    const Selection = WIDGETS.selection;

    WIDGETS.selection = function(view, attributes) {
        const Widget = (is_basket(view.screen) && (attributes.name == 'pick'))
            ? Tiles : Selection;
        return new Widget(view, attributes);
    };

    /* A button in the lists of a till or a shelf is pressed at once, not only
       once its row is chosen. Elsewhere a button decides about people. */

    const PRESSED_AT_ONCE = new Set([
        'aid.basket', 'aid.distribution.session', 'aid.expiring',
        'aid.lot.on_hand', 'aid.session.visit']);
    const ButtonColumn = Sao.View.Tree.ButtonColumn;
    const press_in_row = ButtonColumn.prototype.button_clicked;

    ButtonColumn.prototype.button_clicked = function(event) {
        const record = event.data[0];
        const row = this.view.rows.find(row => row.record == record);
        if (PRESSED_AT_ONCE.has(this.view.screen.model_name) &&
            row && !this.view.edited_row &&
            (record != this.view.screen.current_record)) {
            this.view.select_records(null, null);
            row.set_selection(true);
            row.selection_changed();
        }
        return press_in_row.call(this, event);
    };

    /* Where a day begins with sessions, Enter begins a basket, and so it does
       when one comes back to it. */

    const render_button = ButtonColumn.prototype.render;

    ButtonColumn.prototype.render = function() {
        const button = render_button.apply(this, arguments);
        if (this.attributes.name == 'new_basket') {
            soon_to_new_basket();
        }
        return button;
    };

    jQuery(document).on('shown.bs.tab', soon_to_new_basket);

    /* The client gives the focus away more than once while it shows a screen:
       as long as nobody has touched anything it is taken back. */

    let touched = 0;
    ['keydown', 'pointerdown'].forEach(kind => document.addEventListener(
        kind, () => {
            touched = Date.now();
        }, true));

    function soon_to_new_basket() {
        const shown = Date.now();
        [0, 300, 1000, 2500].forEach(wait => window.setTimeout(() => {
            if (touched <= shown) {
                to_new_basket();
            }
        }, wait));
    }

    function to_new_basket() {
        const button = jQuery(
            '.board button[name=new_basket]:visible:enabled').first();
        const board = button.closest('.board');
        const now = jQuery(document.activeElement);
        const idle = now.is('body') || (
            now.is('input') && !now.val() && now.closest(board).length);
        if (board.is(':visible') && idle) {
            button.focus();
        }
    }
}());
