/// A text with places for values, by names in braces: "{partner}". A count may choose between two words: "{count|partner
/// was|partners were}".
public enum TextTemplate {
    /// The text with its values. They are put in once and never read again: one that holds braces stays as it is.
    /// - Parameter value: the value of a name; the forms are the words between which a count chooses.
    public static func filled(_ text: String, _ value: (_ name: String, _ forms: [String]) -> String) -> String {
        var result = String.UnicodeScalarView()
        var place: String.UnicodeScalarView?
        for scalar in text.unicodeScalars {
            switch (scalar, place) {
            case ("{", nil): place = String.UnicodeScalarView()
            case ("}", let scalars?):
                let parts = scalars.split(separator: "|", omittingEmptySubsequences: false).map { String($0) }
                result += value(parts[0], Array(parts.dropFirst())).unicodeScalars
                place = nil
            case (_, .some): place?.append(scalar)
            case (_, nil): result.append(scalar)
            }
        }
        return String(result)
    }

    /// A number, with the word that belongs to it where there are two to choose from.
    public static func counted(_ count: Int, _ forms: [String], _ number: (Int) -> String) -> String {
        forms.count == 2 ? "\(number(count)) \(count == 1 ? forms[0] : forms[1])" : number(count)
    }

    /// Names in a text, in their order.
    public static func names(_ text: String) -> [String] {
        var names: [String] = []
        _ = filled(text) { name, _ in
            names.append(name)
            return ""
        }
        return names
    }
}
