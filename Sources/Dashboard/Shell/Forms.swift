import Reports

/// Forms of the dashboard. Each carries the session's token, and a number by which a change that is sent twice counts
/// once.
extension HTML {
    /// - Parameter path: where it is sent.
    static func form(_ path: String, _ reader: Reader, _ looks: [Look] = [.form], _ pieces: [HTML]) -> HTML {
        .element(
            .form, [.set(.method, "post"), .set(.action, path), .classes(looks)],
            [hidden(FormField.token, reader.formToken), hidden(FormField.once, reader.once)] + pieces)
    }

    static func hidden(_ name: String, _ value: String) -> HTML {
        .element(.input, [.set(.type, "hidden"), .set(.name, name), .set(.value, value)], [])
    }

    /// A button that sends its form.
    static func submit(_ text: String, _ looks: Look..., named name: (String, String)? = nil) -> HTML {
        let more: [Attribute] = name.map { [.set(.name, $0.0), .set(.value, $0.1)] } ?? []
        return .worded(.button, [.set(.type, "submit"), .classes([.button] + looks)] + more, text)
    }

    /// A field of one line under its name.
    static func field(
        _ name: String, _ label: String, type: String = "text", value: String = "", hint: String = "",
        _ more: [Attribute] = []
    ) -> HTML {
        let id = "f-" + name
        return .div(
            .field,
            [
                .worded(.label, [.set(.for, id)], label),
                .element(
                    .input,
                    [.set(.id, id), .set(.name, name), .set(.type, type), .set(.value, value)]
                        + (hint.isEmpty ? [] : [.set(.describedBy, id + "-hint")]) + more, []),
                hint.isEmpty ? .nothing : .worded(.p, [.look(.hint), .set(.id, id + "-hint")], hint),
            ])
    }

    /// An id under its name, with those to choose from.
    static func choice(
        _ name: String, _ label: String, id: String, hint: String, _ options: [String], isRequired: Bool = false
    ) -> HTML {
        .div(
            .field,
            [
                .worded(.label, [.set(.for, id)], label),
                .element(
                    .input,
                    [
                        .set(.id, id), .set(.name, name), .set(.list, id + "s"), .set(.maxLength, "128"),
                        .set(.autocomplete, "off"), .set(.spellcheck, "false"), .set(.describedBy, id + "-hint"),
                    ] + (isRequired ? [.set(.required)] : []), []),
                .worded(.p, [.look(.hint), .set(.id, id + "-hint")], hint),
                .element(.datalist, [.set(.id, id + "s")], options.map { .worded(.option, [.set(.value, $0)], $0) }),
            ])
    }

    /// Free text under its name.
    static func area(_ name: String, _ label: String, id: String, isRequired: Bool = false, most: Int = 2_000) -> HTML {
        .div(
            .field,
            [
                .worded(.label, [.set(.for, id)], label),
                .element(
                    .textarea,
                    [.set(.id, id), .set(.name, name), .set(.rows, "2"), .set(.maxLength, "\(most)")]
                        + (isRequired ? [.set(.required)] : []), []),
            ])
    }

    /// One of several under its name.
    static func select(
        _ name: String, _ label: String, id: String, _ options: [(value: String, text: String)], chosen: String = "",
        _ more: [Attribute] = []
    ) -> HTML {
        .div(
            .field,
            [
                .worded(.label, [.set(.for, id)], label),
                .element(
                    .select, [.set(.id, id), .set(.name, name)] + more,
                    options.map { option in
                        .worded(
                            .option, [.set(.value, option.value)] + (option.value == chosen ? [.set(.selected)] : []),
                            option.text)
                    }),
            ])
    }
}

/// Names of the fields that every form has.
public enum FormField {
    /// Shows that a page of ours made the form for this session.
    public static let token = "token"
    /// By it a form that changes leads or partners counts once, however often it is sent.
    public static let once = "once"
}
