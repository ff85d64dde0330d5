import Cryptography
import Foundation
import Primitives
import Testing

@testable import KeyRing

@Suite("The master key file")
final class MasterKeyFileTests {
    private let folder: URL
    private var path: String { folder.appendingPathComponent("master.key").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("portico-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    @Test("a missing file is made with mode 0600, one line of base64url, and nothing beside it")
    func creation() throws {
        let (_, created) = try MasterKey.loadOrCreate(path: path)
        #expect(created)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.count == 44 && text.hasSuffix("\n"))
        #expect(Base64URL.decode(text.dropLast())?.count == 32)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["master.key"])
    }

    @Test("the file is read again as the same key")
    func reading() throws {
        let (first, _) = try MasterKey.loadOrCreate(path: path)
        let (second, created) = try MasterKey.loadOrCreate(path: path)
        #expect(!created)
        let sealed = try first.seal(Secret(Array("kept".utf8)), as: .secret(.check))
        #expect(second.open(sealed, as: .secret(.check)) == Secret(Array("kept".utf8)))
        #expect(try MasterKey.load(path: path).open(sealed, as: .secret(.check)) != nil)
    }

    @Test("of many processes that start at once all get the one key")
    func race() async throws {
        let path = path
        let keys = try await withThrowingTaskGroup(of: (MasterKey, Bool).self) { group in
            for _ in 0..<8 { group.addTask { try MasterKey.loadOrCreate(path: path) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(keys.filter(\.1).count == 1)
        let sealed = try keys[0].0.seal(.random(8), as: .secret(.check))
        #expect(keys.allSatisfy { $0.0.open(sealed, as: .secret(.check)) != nil })
    }

    @Test("a file that others may read is refused", arguments: [0o640, 0o604, 0o660, 0o644, 0o610])
    func wideMode(_ mode: Int) throws {
        _ = try MasterKey.loadOrCreate(path: path)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        #expect(throws: KeyRingError.masterKey(path: path, .openToOthers(mode: UInt32(mode)))) { try MasterKey.load(path: path) }
        #expect(throws: KeyRingError.masterKey(path: path, .openToOthers(mode: UInt32(mode)))) { try MasterKey.loadOrCreate(path: path) }
    }

    @Test(
        "root's file that root's group may read, as systemd hands over credentials, is taken; another group's is refused",
        .enabled(if: geteuid() == 0))
    func credential() throws {
        _ = try MasterKey.loadOrCreate(path: path)
        try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: path)
        #expect(chown(path, 0, 0) == 0)
        _ = try MasterKey.load(path: path)
        #expect(chown(path, 0, 1) == 0)
        #expect(throws: KeyRingError.masterKey(path: path, .openToOthers(mode: 0o440))) { try MasterKey.load(path: path) }
    }

    @Test("a symbolic link is refused, whatever it leads to")
    func symbolicLink() throws {
        _ = try MasterKey.loadOrCreate(path: path)
        let link = folder.appendingPathComponent("link").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(throws: KeyRingError.masterKey(path: link, .symbolicLink)) { try MasterKey.loadOrCreate(path: link) }
        let dangling = folder.appendingPathComponent("dangling").path
        try FileManager.default.createSymbolicLink(atPath: dangling, withDestinationPath: path + ".gone")
        #expect(throws: KeyRingError.masterKey(path: dangling, .symbolicLink)) { try MasterKey.loadOrCreate(path: dangling) }
    }

    @Test(
        "a file that is no key is refused",
        arguments: [
            "", "\n", "short\n", String(repeating: "A", count: 42) + "\n", String(repeating: "A", count: 44) + "\n",
            String(repeating: "A", count: 43) + "\n\n", String(repeating: "A", count: 42) + "B\n", String(repeating: "+", count: 43) + "\n",
            String(repeating: "A", count: 43) + " ", String(repeating: "A", count: 500),
        ])
    func malformed(_ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        #expect(throws: KeyRingError.masterKey(path: path, .malformed)) { try MasterKey.load(path: path) }
    }

    @Test("a missing file is missing for who only reads, and a folder is no file")
    func missing() throws {
        #expect(throws: KeyRingError.masterKey(path: path, .missing)) { try MasterKey.load(path: path) }
        #expect(throws: KeyRingError.masterKey(path: folder.path, .notARegularFile)) { try MasterKey.load(path: folder.path) }
        let nowhere = folder.appendingPathComponent("no/such/folder/key").path
        #expect(throws: KeyRingError.masterKey(path: nowhere, .missing)) { try MasterKey.loadOrCreate(path: nowhere) }
    }

    @Test("a path with a NUL is refused, not cut")
    func nul() throws {
        #expect(throws: KeyRingError.self) { try MasterKey.loadOrCreate(path: path + "\u{0}.txt") }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("a sealed value opens only as what it was sealed as, and only unchanged")
    func labels() throws {
        let key = try MasterKey(.random(32))
        let sealed = try key.seal(.random(32), as: .secret(.pairwise))
        #expect(key.open(sealed, as: .secret(.pairwise)) != nil)
        #expect(key.open(sealed, as: .secret(.pepper)) == nil)
        #expect(key.open(sealed, as: .signingKey(kid: "pairwise", .es256)) == nil)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(key.open(changed, as: .secret(.pairwise)) == nil)
        }
    }
}
