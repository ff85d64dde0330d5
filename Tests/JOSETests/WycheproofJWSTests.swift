import Cryptography
import Foundation
import JOSE
import Primitives
import Testing

/// Project Wycheproof's JWS file, which is not part of this repository. With a checkout of https://github.com/C2SP/wycheproof at hand:
/// `PORTICO_WYCHEPROOF=/path/to/wycheproof swift test --filter WycheproofJWSTests`.
@Suite struct WycheproofJWSTests {
    struct Tally {
        var accepted = 0
        var refused = 0
        /// Valid, but of an algorithm that is not offered or not the one the key says it is for (RFC 8725 §3.1).
        var notOffered = 0
        /// Called valid with a `?` inside a segment, which RFC 7515 §2 does not allow.
        var notBase64URL = 0
        /// Called invalid, yet octet for octet a token that the same group calls valid.
        var contradictory = 0
        var all: Int { accepted + refused + notOffered + notBase64URL + contradictory }
    }

    @Test(
        "every invalid case is refused, and every valid one whose algorithm is offered is accepted",
        .enabled(if: ProcessInfo.processInfo.environment["PORTICO_WYCHEPROOF"] != nil))
    func compact() throws {
        let folder = try #require(ProcessInfo.processInfo.environment["PORTICO_WYCHEPROOF"])
        let url = URL(filePath: folder + "/testvectors_v1/json_web_signature_test.json")
        let file = try #require(try JSONValue(parsing: Data(contentsOf: url), maximumBytes: 8_000_000).objectValue)
        var tally = Tally()
        for entry in try #require(file["testGroups"]?.arrayValue) {
            let group = try #require(entry.objectValue)
            let tests = try #require(group["tests"]?.arrayValue).map { try #require($0.objectValue) }
            let valid = Set(tests.filter { $0["result"] == "valid" }.compactMap { $0["jws"]?.stringValue })
            for test in tests { try count(test, group: group, valid: valid, in: &tally) }
        }
        #expect(tally.all == Int(file["numberOfTests"]?.integerValue ?? 0))
        #expect(tally.accepted > 0 && tally.refused > 0)
        #expect(tally.notBase64URL <= 2 && tally.contradictory <= 2)
    }

    func count(_ test: JSONObject, group: JSONObject, valid: Set<String>, in tally: inout Tally) throws {
        let (id, token) = (try #require(test["tcId"]?.integerValue), try #require(test["jws"]?.stringValue))
        let isAccepted = Self.accepts(token, group: group)
        if test["result"] == "valid" {
            if isAccepted {
                tally.accepted += 1
            } else if token.contains("?") {
                tally.notBase64URL += 1
            } else {
                #expect(!Self.isOffered(token, group: group), "case \(id)")
                tally.notOffered += 1
            }
        } else if valid.contains(token) {
            tally.contradictory += 1
        } else {
            #expect(!isAccepted, "case \(id)")
            tally.refused += 1
        }
    }

    /// The caller knows the algorithm from the key.
    static func accepts(_ token: String, group: JSONObject) -> Bool {
        guard let jws = try? JWS.parse(token) else { return false }
        if let json = group["public"]?.objectValue {
            guard let jwk = try? JWK(json: json), let algorithm = jwk.alg else { return false }
            return (try? jws.verified(with: jwk.key, algorithm: algorithm, typ: .absentOr("JWT"))) != nil
        }
        guard let json = group["private"]?.objectValue, json["alg"] == "HS256", json["use"] == nil || json["use"] == "sig",
            let secret = json["k"]?.stringValue.flatMap({ Base64URL.decode($0) })
        else { return false }
        return (try? jws.verifiedHMAC(secret: Secret(secret), typ: .absentOr("JWT"))) != nil
    }

    /// Whether the algorithm in the token's header is offered and is the one the key is for.
    static func isOffered(_ token: String, group: JSONObject) -> Bool {
        let segment = token.split(separator: ".", omittingEmptySubsequences: false).first.map(String.init) ?? ""
        let header = Base64URL.decode(segment).flatMap { try? JSONValue(parsing: $0) }?.objectValue
        let key = (group["public"] ?? group["private"])?.objectValue
        guard let name = header?["alg"]?.stringValue, key?["alg"]?.stringValue == name else { return false }
        return name == "HS256" || SignatureAlgorithm(rawValue: name) != nil
    }
}
