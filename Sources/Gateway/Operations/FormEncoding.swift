import Foundation

/// Names and values as forms and queries encode them (application/x-www-form-urlencoded, URL Standard, section 5).
enum FormEncoding {
    /// The parts of a text that stand before and after its first `=`, decoded: one or two, nil for what is no UTF-8.
    static func pair(_ part: some Collection<UInt8>) -> [String?] {
        part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false).map { piece in
            String(decoding: piece.map { $0 == UInt8(ascii: "+") ? 0x20 : $0 }, as: UTF8.self).removingPercentEncoding
        }
    }
}
