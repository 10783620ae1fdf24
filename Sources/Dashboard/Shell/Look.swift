import Reports

/// Classes of the dashboard's stylesheet.
enum Look: String, CaseIterable {
    case skip, bar, brand, mark, program, spacer, state, menu, menubox, side, keyhint, content, title, lead, notice,
        good
    case bad, warn, tiles, tile, name, value, basis, change, up, down, columns, column, panel, head, count, more, rows
    case flow, dot, assigned, responded, escalated, received, merged, won, lost, withdrawn, human, objected, erased
    case expired, other, pill, calm, soon, late, empty, steps, filters, current, grid, mono, num, words, quiet, pages
    case split, main, rail, facts, compare, versus, chosen, second, hint, reasons, story, step, actions, form, field
    case row, button, primary, danger, inline, narrow, sheet, meter, held, full, paused, active, removed, suspended,
        fill
    case scripted, palette, plots, range, point, tick, amount
    case spin, wide, tag, sub, right, sign, keys, pause, choices, labelled, left
    case elsewhere, accepted, closed, tour
}

extension HTML.Attribute {
    /// Classes, one beside another.
    static func look(_ looks: Look...) -> HTML.Attribute { .classes(looks) }
}

extension HTML {
    static func div(_ look: Look, _ pieces: [HTML]) -> HTML { .element(.div, [.look(look)], pieces) }
    static func span(_ look: Look, _ text: String) -> HTML { .worded(.span, [.look(look)], text) }
    static func span(_ look: Look, _ pieces: [HTML]) -> HTML { .element(.span, [.look(look)], pieces) }

    /// A link that looks like something else.
    static func link(_ path: String, _ looks: [Look], _ pieces: [HTML], _ more: [Attribute] = []) -> HTML {
        .element(.a, [.leading(to: path), .classes(looks)] + more, pieces)
    }

    /// A panel with a heading of its own. Its region is brought up to date by itself.
    static func panel(
        _ id: String, _ title: String, count: String? = nil, more: HTML = .nothing, isLive: Bool = true, _ pieces: [HTML]
    )
        -> HTML
    {
        .element(
            .section, [.set(.id, id), .set(.labelledBy, id + "-title"), .look(.panel)] + (isLive ? [.set(.live)] : []),
            [
                .div(
                    .head,
                    [
                        .element(
                            .h2, [.set(.id, id + "-title")],
                            [.text(title)] + (count.map { [.text(" "), .span(.count, $0)] } ?? [])), more,
                    ])
            ] + pieces)
    }

    /// A table that scrolls by itself and is brought up to date by itself, with a head of columns' names.
    static func grid(
        _ id: String, caption: String, _ columns: [(name: String, isNumber: Bool)], _ rows: [HTML], _ t: Texts
    ) -> HTML {
        let heads = columns.map { column in
            worded(.th, [.columnHead] + (column.isNumber ? [.look(.num)] : []), t("column.\(column.name)"))
        }
        return element(
            .div, [.set(.id, id), .set(.live), .look(.sheet)],
            [
                element(
                    .table, [.look(.grid)],
                    [
                        worded(.caption, [.look(.hint)], caption),
                        element(.thead, [], [element(.tr, [], heads)]), element(.tbody, [], rows),
                    ]),
                // The script copies what the table says; without it there is no button.
                worded(.button, [.set(.type, "button"), .set(.copies), .look(.scripted, .more)], t("copy.do")),
            ])
    }

    /// What would be here, and what to do first.
    static func empty(_ what: String, _ how: String) -> HTML {
        .div(.empty, [.worded(.p, what), .worded(.p, [.look(.quiet)], how)])
    }

    /// A figure's row in a list of facts.
    static func fact(_ name: String, _ value: HTML) -> HTML {
        .all([.worded(.dt, name), .element(.dd, [], [value])])
    }
}
