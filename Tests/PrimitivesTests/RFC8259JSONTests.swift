import Primitives
import Testing

@Suite struct RFC8259JSONTests {
    @Test(
        "every kind of value is read",
        arguments: [
            ("null", JSONValue.null), (" true\n", true), ("false", false), ("0", 0), ("-0", 0), ("-12", -12), ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)), ("1.5", .double(1.5)), ("1e2", .double(100)), ("1E-2", .double(0.01)), ("\"\"", ""),
            ("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"", "a\"\\/\u{8}\u{c}\n\r\té😀"), ("[]", []), ("[1,[2],{}]", [1, [2], [:]]),
            ("{}", [:]), ("{\"a\":1,\"b\":{\"c\":null}}", ["a": 1, "b": ["c": .null]]), ("\t[ 1 , 2 ]\r\n", [1, 2]), ("\"\u{7f}é\"", "\u{7f}é"),
        ] as [(String, JSONValue)])
    func accepted(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
    }

    @Test(
        "what is not JSON is refused",
        arguments: [
            "", " ", "nul", "True", "NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x10", "1 2", "\"", "\"a", "'a'", "\"\\x\"",
            "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\\", "\"\n\"", "\"\0\"", "\"\u{1f}\"",
            "[", "[1",
            "[1,]", "[,1]", "[1 2]", "]", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\":1 \"b\":2}", "{\"a\",1}", "[1}",
            "// c\n1",
            "\u{feff}1", "1\0", "\u{a0}1", "tru\u{e9}",
        ])
    func refused(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test("a number too large for a double is refused", arguments: ["1e400", "-1e999", "[1e308, 1e309]"])
    func range(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test("a whole number too large for 64 bits becomes a double")
    func largeInteger() throws {
        #expect(try JSONValue(parsing: "9223372036854775808") == .double(9_223_372_036_854_775_808))
    }

    @Test(
        "a member that comes twice is refused, however it is spelled",
        arguments: [
            "{\"a\":1,\"a\":1}", "{\"a\":1,\"b\":2,\"\\u0061\":3}", "{\"x\":{\"\":1,\"\":2}}", "{\"\u{e9}\":1,\"e\u{301}\":2}",
        ])
    func duplicates(text: String) {
        #expect { try JSONValue(parsing: text) } throws: { error in
            if case JSONError.duplicateMember = error { true } else { false }
        }
    }

    @Test("the first or the last of many members that comes again is refused", arguments: [1, 23, 24, 25, 100])
    func duplicatesAmongMany(count: Int) {
        let members = (1...count).map { "\"m\($0)\":\($0)" }
        #expect(throws: Never.self) { try JSONValue(parsing: "{\(members.joined(separator: ","))}") }
        for repeated in [1, count] {
            #expect(throws: JSONError.duplicateMember("m\(repeated)")) {
                try JSONValue(parsing: "{\(members.joined(separator: ",")),\"m\(repeated)\":0}")
            }
        }
    }

    @Test(
        "bytes that are not UTF-8 are refused",
        arguments: [
            [0x80], [0xc0, 0xaf], [0xe0, 0x80, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xc3], [0xff], [0xf8, 0x88, 0x80, 0x80, 0x80],
        ] as [[UInt8]])
    func encodings(bytes: [UInt8]) {
        #expect(throws: JSONError.invalidUTF8(offset: 0)) { try JSONValue(parsing: [0x22] + bytes + [0x22]) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
    }

    @Test("nesting and length have limits, reached exactly")
    func limits() throws {
        let deep: (Int) -> String = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        #expect(throws: Never.self) { try JSONValue(parsing: deep(16)) }
        #expect(throws: JSONError.tooDeep) { try JSONValue(parsing: deep(17)) }
        #expect(throws: JSONError.tooDeep) { try JSONValue(parsing: String(repeating: "{\"a\":", count: 60_000 / 5)) }
        #expect(throws: Never.self) { try JSONValue(parsing: "\"12\"", maximumBytes: 4) }
        #expect(throws: JSONError.tooLarge) { try JSONValue(parsing: "\"123\"", maximumBytes: 4) }
        // Depth is what is open at once, not what has been.
        #expect(throws: Never.self) { try JSONValue(parsing: "[[],[],[],[]]", maximumDepth: 2) }
    }

    @Test("members keep their order and are found by name")
    func members() throws {
        var object = try #require(try JSONValue(parsing: "{\"z\":1,\"a\":2,\"m\":3}").objectValue)
        #expect(object.names == ["z", "a", "m"])
        #expect(object["a"] == 2)
        #expect(object["b"] == nil)
        object["a"] = nil
        object["z"] = 9
        object["n"] = 4
        #expect(JSONValue.object(object).serialized() == "{\"z\":9,\"m\":3,\"n\":4}")
        #expect(object == ["m": 3, "n": 4, "z": 9])
        #expect(object.hashValue == (["m": 3, "n": 4, "z": 9] as JSONObject).hashValue)
        #expect(object != ["m": 3, "n": 4])
        #expect(JSONValue.array(["a", "b"]).stringArray == ["a", "b"])
        #expect(JSONValue.array(["a", 1]).stringArray == nil)
    }

    @Test("written strings are escaped so that they read back and stay one line")
    func writing() throws {
        let nasty = "\"\\/\u{0}\u{1f}\u{7f}\n\r\t\u{2028}é😀</script>"
        let text = JSONValue.string(nasty).serialized()
        #expect(!text.utf8.contains { $0 < 0x20 })
        #expect(try JSONValue(parsing: text) == .string(nasty))
        #expect(JSONValue.double(.infinity).serialized() == "null")
        #expect(JSONValue.double(.nan).serialized() == "null")
    }

    @Test("whatever is written reads back as it was")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 8259)
        for _ in 0..<500 {
            let value = Self.value(depth: 5, &generator)
            #expect(try JSONValue(parsing: value.serializedBytes(), maximumBytes: 1_000_000) == value)
        }
    }

    @Test("no bytes crash the reader, and what it accepts it can write and read again")
    func noise() throws {
        var generator = SeededGenerator(seed: 1)
        let letters = Array("{}[]\",:\\u0019dDeE+-. \ntruefalsnbé".utf8) + [0x00, 0x80, 0xc3, 0xed, 0xff]
        var accepted = 0
        for _ in 0..<30_000 {
            let noise = (0..<Int.random(in: 0...12, using: &generator)).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] }
            guard let value = try? JSONValue(parsing: noise) else { continue }
            accepted += 1
            #expect(try JSONValue(parsing: value.serializedBytes()) == value)
        }
        #expect(accepted > 100)
    }

    @Test("a text that was cut or changed anywhere never crashes the reader")
    func mutations() throws {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<300 {
            var bytes = Self.value(depth: 4, &generator).serializedBytes()
            #expect(throws: Never.self) { try JSONValue(parsing: bytes) }
            _ = try? JSONValue(parsing: bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)))
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            if let value = try? JSONValue(parsing: bytes) { #expect(try JSONValue(parsing: value.serializedBytes()) == value) }
        }
    }

    static func value(depth: Int, _ generator: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0...(depth > 0 ? 6 : 4), using: &generator) {
        case 0: .null
        case 1: .bool(Bool.random(using: &generator))
        case 2: .integer(Int64.random(in: .min ... .max, using: &generator))
        case 3: .double(Double.random(in: -1e9...1e9, using: &generator))
        case 4: .string(String(decoding: generator.bytes(upTo: 12), as: UTF8.self))
        case 5: .array((0..<Int.random(in: 0...4, using: &generator)).map { _ in value(depth: depth - 1, &generator) })
        default:
            .object(
                (0..<Int.random(in: 0...4, using: &generator)).reduce(into: JSONObject()) { object, index in
                    object["\(index)" + String(decoding: generator.bytes(upTo: 4), as: UTF8.self)] = value(depth: depth - 1, &generator)
                })
        }
    }
}
