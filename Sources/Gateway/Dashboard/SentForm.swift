import Crypto
import Dashboard
import Foundation
import HTTPTypes

/// A form as a browser sends it: read by bytes, bounded, each field once.
struct SentForm {
    static let type = "application/x-www-form-urlencoded"
    static let bytesMax = 16_384
    private static let fieldsMax = 32

    private let fields: [String: String]

    /// - Throws: `Refusal` for a body that is no form.
    init(_ body: [UInt8]) throws(Refusal) {
        var fields: [String: String] = [:]
        let parts = body.split(separator: UInt8(ascii: "&"))
        guard parts.count <= Self.fieldsMax else { throw Self.unreadable }
        for part in parts {
            let texts = FormEncoding.pair(part)
            guard texts.count == 2, let name = texts[0], let value = texts[1], fields[name] == nil else {
                throw Self.unreadable
            }
            fields[name] = value
        }
        self.fields = fields
    }

    private static let unreadable = Refusal(400, "malformed", "Not readable", "The body is no form of this service.")

    /// A field; empty where it is absent. Browsers end lines with both characters.
    subscript(_ name: String) -> String { fields[name] ?? "" }

    /// The form of a session that a page of ours made for it.
    /// - Throws: `Refusal` for one that lacks the token.
    static func checked(_ page: PageCall) throws -> SentForm {
        let form = try SentForm(page.call.body)
        let token = page.call.services.identities.formToken(try page.call.grant)
        guard ConstantTime.isEqual(Array(form[FormField.token].utf8), Array(token.utf8)) else {
            throw Refusal(
                403, "stale-form", "Not allowed", "The form belongs to a session that is over; open the page again.")
        }
        return form
    }
}
