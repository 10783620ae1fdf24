import Testing

@testable import Audit

/// Goal: no path that an archive names leads out of it. Method: paths as an attacker writes them, with marks that join a slash or
/// a dot to another character.
@Suite struct ArchivePathTests {
    @Test(arguments: [
        "", "/etc/passwd", "/\u{301}etc/passwd", "../x", "../\u{301}x", "a/../\u{301}x", "a/..", "a/../", "a//b", "a//\u{200D}b", "./a", "a/./\u{600}b",
        "a\u{600}/../b", "a\r\n../b", "a\u{0}b",
    ]) func whatLeadsOutIsRefused(_ path: String) { #expect(!ArchiveLayout.isSafe(path)) }

    @Test(arguments: ["a", "programs/demo/entries.gz", "programs/..demo/x", "programs/d\u{301}/x"])
    func whatStaysInsideIsTaken(_ path: String) { #expect(ArchiveLayout.isSafe(path)) }

    @Test func aFolderIsNeverAnother() {
        #expect(ArchiveLayout.folder(".") == "%2E" && ArchiveLayout.folder("..") == "%2E." && ArchiveLayout.folder(".\u{301}x").utf8.starts(with: "%2E".utf8))
    }
}
