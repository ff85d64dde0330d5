import Cryptography
import HTTPTypes
import OAuthProtocol
import Primitives
import Testing

/// The agencies' side of a flow, and shortcuts through the resident's pages.
extension Browser {
    static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

    static let permitsRequest: [(String, String)] = [
        ("client_id", "city-permits"), ("redirect_uri", "https://permits.example/callback"), ("response_type", "code"),
        ("scope", "openid profile email"), ("state", "the-state"), ("nonce", "the-nonce"), ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ]

    static let benefitsRequest: [(String, String)] = [
        ("client_id", "family-benefits"), ("redirect_uri", "https://benefits.example/callback"), ("response_type", "code"),
        ("scope", "openid email"), ("state", "b-state"), ("code_challenge", challenge), ("code_challenge_method", "S256"),
    ]

    static let permitsAuthorization: HTTPFields = [
        .authorization: "Basic " + base64("city-permits:" + House.permitsSecret)
    ]

    /// `GET /authorize` with `request`, some parameters replaced, nil ones left out.
    func authorize(_ request: [(String, String)] = Browser.permitsRequest, _ changes: [String: String?] = [:]) async throws -> Answer {
        var pairs = request.filter { changes[$0.0] == nil }
        for (name, value) in changes.sorted(by: { $0.key < $1.key }) { if let value { pairs.append((name, value)) } }
        return try await get("/authorize?" + FormEncoding.encode(pairs))
    }

    /// Fills in the sign-in page and goes on to what follows.
    func signIn(_ page: Answer, identifier: String = "amara", password: String = House.password) async throws -> Answer {
        try await follow(try await submit(page, action: "/sign-in", ["identifier": identifier, "password": password]))
    }

    /// Signs in, allows everything, and brings the code.
    func code(_ request: [(String, String)] = Browser.permitsRequest, _ changes: [String: String?] = [:]) async throws -> String {
        var answer = try await authorize(request, changes)
        if answer.forms.contains(where: { $0.action == "/sign-in" }) { answer = try await signIn(answer) }
        if answer.forms.contains(where: { $0.action == "/consent" }) {
            answer = try await submit(answer, action: "/consent", ["decision": "allow"])
        }
        return try #require(answer.redirected("code"), "no code came: \(answer.status) \(answer.location ?? answer.text)")
    }

    /// Redeems a code of City Permits.
    func redeem(_ code: String, _ changes: [String: String?] = [:], headers: HTTPFields = Browser.permitsAuthorization) async throws -> Answer {
        try await token(
            [
                "grant_type": "authorization_code", "code": code, "redirect_uri": "https://permits.example/callback",
                "code_verifier": Self.verifier,
            ], changes, headers: headers)
    }

    func refresh(_ token: String, _ changes: [String: String?] = [:]) async throws -> Answer {
        try await self.token(["grant_type": "refresh_token", "refresh_token": token], changes)
    }

    func token(
        _ form: [String: String], _ changes: [String: String?] = [:], headers: HTTPFields = Browser.permitsAuthorization
    ) async throws -> Answer {
        var form = form
        for (name, value) in changes { form[name] = value }
        return try await post("/token", form.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, headers: headers)
    }

    func userInfo(_ token: String) async throws -> Answer {
        try await get("/userinfo", headers: [.authorization: "Bearer " + token])
    }

    static func base64(_ text: String) -> String {
        let url = Base64URL.encode(Array(text.utf8))
        let padded = url + String(repeating: "=", count: (4 - url.count % 4) % 4)
        return padded.replacing("-", with: "+").replacing("_", with: "/")
    }
}

/// The claims of a token, unchecked: for tests that look inside.
func claims(of token: String?) throws -> JSONObject {
    let segments = try #require(token).split(separator: ".")
    let payload = try #require(Base64URL.decode(segments[1]))
    return try #require(try JSONValue(parsing: payload).objectValue)
}
