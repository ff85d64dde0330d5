import Cryptography
import Foundation
import Primitives
import Testing

/// One vector file of Project Wycheproof, read with our own JSON reader.
struct WycheproofFile {
    let numberOfTests: Int
    let groups: [WycheproofGroup]

    init(_ name: String) throws {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Vectors"))
        let file = try #require(try JSONValue(parsing: Data(contentsOf: url), maximumBytes: 4_000_000).objectValue)
        numberOfTests = Int(try #require(file["numberOfTests"]?.integerValue))
        groups = try #require(file["testGroups"]?.arrayValue).map { WycheproofGroup(json: try #require($0.objectValue)) }
    }
}

struct WycheproofGroup {
    let json: JSONObject

    func cases() throws -> [WycheproofCase] {
        try #require(json["tests"]?.arrayValue).map { try WycheproofCase(json: try #require($0.objectValue)) }
    }

    func hex(_ name: String) throws -> [UInt8] { try bytes(ofHex: #require(json[name]?.stringValue)) }

    func publicKeyHex(_ name: String) throws -> [UInt8] {
        try bytes(ofHex: #require(json["publicKey"]?.objectValue?[name]?.stringValue))
    }
}

struct WycheproofCase {
    enum Result: String { case valid, invalid, acceptable }

    let json: JSONObject
    let id: Int64
    let result: Result
    let flags: [String]

    init(json: JSONObject) throws {
        self.json = json
        id = try #require(json["tcId"]?.integerValue)
        result = try #require(json["result"]?.stringValue.flatMap(Result.init(rawValue:)))
        flags = json["flags"]?.stringArray ?? []
    }

    func hex(_ name: String) throws -> [UInt8] { try bytes(ofHex: #require(json[name]?.stringValue)) }
}

func bytes(ofHex text: String) throws -> [UInt8] {
    let digits = Array(text.filter { !$0.isWhitespace })
    try #require(digits.count.isMultiple(of: 2))
    return try stride(from: 0, to: digits.count, by: 2).map { try #require(UInt8(String(digits[$0...$0 + 1]), radix: 16)) }
}

func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}
