import Foundation
import GRDB

/// How digests pass through GRDB's arguments and rows, where speed does not matter.
struct StoredBytes: DatabaseValueConvertible {
    let data: Data

    init(_ digest: Digest) {
        data = unsafe digest.withUnsafeBytes { unsafe Data($0) }
    }

    var databaseValue: DatabaseValue { data.databaseValue }

    static func fromDatabaseValue(_ value: DatabaseValue) -> StoredBytes? {
        Data.fromDatabaseValue(value).flatMap { Digest($0) }.map(StoredBytes.init)
    }

    /// The digest in a row's column; `nil` if the column holds anything but 32 bytes.
    static func digest(_ row: Row, at index: Int) -> Digest? {
        Data.fromDatabaseValue(row[index]).flatMap { Digest($0) }
    }
}
