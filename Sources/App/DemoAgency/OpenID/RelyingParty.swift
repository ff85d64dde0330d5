import Cryptography
import JOSE
import Primitives

/// The agency's side of the authorization code flow (OpenID Connect Core 1.0 §3.1) and of RP-initiated logout.
///
/// `begin` and `finish` are the two halves of one sign-in; what the second must know of the first travels sealed in the browser's cookie, so
/// that strangers cannot fill the agency's memory with sign-ins they never finish.
struct RelyingParty: Sendable {
    let agency: Agency
    let provider: OpenIDProvider
    let outbound: Outbound
    let seal: CookieSeal

    /// A sign-in that was begun: where to send the browser, and what it keeps meanwhile.
    struct Departure: Sendable {
        let location: String
        let state: String
        let sealed: String
    }

    static let patience = Duration.minutes(10)
    /// What `deploy/demo/clients.json` registers for both agencies.
    static let algorithm = SignatureAlgorithm.es256

    func begin(at now: Instant) async throws(SignInFailure) -> Departure {
        let endpoints = try await provider.currentEndpoints()
        let pending = PendingSignIn(
            state: Base64URL.encode(Randomness.bytes(32)), nonce: Base64URL.encode(Randomness.bytes(32)),
            verifier: Base64URL.encode(Randomness.bytes(32)), begunAt: now)
        let query = FormText.encode([
            ("response_type", "code"), ("client_id", agency.clientID), ("redirect_uri", agency.redirectURI), ("scope", agency.scope),
            ("state", pending.state), ("nonce", pending.nonce), ("code_challenge_method", "S256"),
            ("code_challenge", Base64URL.encode(Digest.sha256.hash(Array(pending.verifier.utf8)))),
        ])
        return Departure(
            location: endpoints.authorization.appendingQuery(query), state: pending.state,
            sealed: try sealing { () throws(CryptographyError) in try seal.seal(pending.json, purpose: .signIn) })
    }

    /// Checks the answer in `parameters` against the sign-in this browser began, redeems the code and asks for the resident's claims.
    ///
    /// - Parameter sealed: the cookie that `begin` gave this browser for this state.
    func finish(_ parameters: [String: String], sealed: String?, at now: Instant) async throws(SignInFailure) -> SignedInResident {
        guard let pending = sealed.flatMap({ seal.open($0, purpose: .signIn) }).flatMap(PendingSignIn.init) else {
            throw SignInFailure(.expired, "no cookie for this state")
        }
        guard now.since(pending.begunAt) <= Self.patience else { throw SignInFailure(.expired, "begun too long ago") }
        guard let state = parameters["state"], constantTimeEquals(Array(state.utf8), Array(pending.state.utf8)) else {
            throw SignInFailure(.untrusted, "state is not the one we sent")
        }
        // RFC 9207 §2.4: checked before anything else in the answer is believed, errors included.
        guard parameters["iss"] == agency.issuer else { throw SignInFailure(.untrusted, "the answer's iss is not \(agency.issuer)") }
        if let error = parameters["error"] {
            throw SignInFailure(error == "access_denied" ? .declined : .providerRefused, "the provider answered \(error)")
        }
        guard let code = parameters["code"], !code.isEmpty else { throw SignInFailure(.untrusted, "neither code nor error") }

        let tokens = try await redeem(code, verifier: pending.verifier)
        let verifier = IDTokenVerifier(issuer: agency.issuer, clientID: agency.clientID, algorithm: Self.algorithm)
        let idToken = try await verifier.verify(tokens.idToken, nonce: pending.nonce, accessToken: tokens.accessToken, at: now) {
            (kid) async throws(SignInFailure) in try await provider.key(named: kid, for: Self.algorithm)
        }
        let userInfo = try await userInfo(with: tokens.accessToken, subject: idToken.subject)
        return SignedInResident(idToken: idToken, userInfo: userInfo, signedInAt: now)
    }

    /// Where to send the browser so that the provider ends its session too (RP-Initiated Logout 1.0 §2); nil where it offers no such place.
    func endSession(hint: String, at now: Instant) async throws(SignInFailure) -> Departure? {
        guard let endpoint = try await provider.currentEndpoints().endSession else { return nil }
        let state = Base64URL.encode(Randomness.bytes(32))
        let query = FormText.encode([
            ("id_token_hint", hint), ("client_id", agency.clientID), ("post_logout_redirect_uri", agency.signedOutURI), ("state", state),
        ])
        let sealed = try sealing { () throws(CryptographyError) in try seal.seal(PendingSignOut(state: state, begunAt: now).json, purpose: .signOut) }
        return Departure(location: endpoint.appendingQuery(query), state: state, sealed: sealed)
    }

    /// Whether the browser comes back from the sign-out it began here.
    func isReturn(_ parameters: [String: String], sealed: String?, at now: Instant) -> Bool {
        guard let pending = sealed.flatMap({ seal.open($0, purpose: .signOut) }).flatMap(PendingSignOut.init), let state = parameters["state"] else {
            return false
        }
        return now.since(pending.begunAt) <= Self.patience && constantTimeEquals(Array(state.utf8), Array(pending.state.utf8))
    }

    private func redeem(_ code: String, verifier: String) async throws(SignInFailure) -> (idToken: String, accessToken: String) {
        let request = Outbound.Request(
            url: try await provider.currentEndpoints().token, authorization: basicAuthorization,
            form: [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", agency.redirectURI), ("code_verifier", verifier)])
        let (status, answer) = try await exchange(request)
        guard status == 200, let answer else {
            let code = answer?["error"]?.stringValue ?? "no error code"
            throw SignInFailure(status >= 500 ? .providerUnavailable : .providerRefused, "the token endpoint answered \(status), \(code)")
        }
        guard let idToken = answer["id_token"]?.stringValue, let accessToken = answer["access_token"]?.stringValue,
            answer["token_type"]?.stringValue?.lowercased() == "bearer"
        else { throw SignInFailure(.untrusted, "the token response lacks id_token, access_token or token_type Bearer") }
        return (idToken, accessToken)
    }

    /// OpenID Connect Core 1.0 §5.3.2: an answer about another subject must not be used.
    private func userInfo(with accessToken: String, subject: String) async throws(SignInFailure) -> JSONObject {
        let url = try await provider.currentEndpoints().userInfo
        let (status, answer) = try await exchange(Outbound.Request(url: url, authorization: "Bearer " + accessToken))
        guard status == 200, let answer else { throw SignInFailure(.providerUnavailable, "userinfo answered \(status)") }
        guard answer["sub"]?.stringValue == subject else { throw SignInFailure(.untrusted, "userinfo is about another subject than the ID token") }
        return answer
    }

    private func exchange(_ request: Outbound.Request) async throws(SignInFailure) -> (status: Int, object: JSONObject?) {
        do {
            let response = try await outbound.send(request)
            return (response.status, try? JSONValue(parsing: response.body, maximumBytes: Outbound.maximumBytes).objectValue)
        } catch {
            throw SignInFailure(.providerUnavailable, "\(request.url) did not answer: \(error)")
        }
    }

    /// RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
    private var basicAuthorization: String {
        let secret = String(decoding: agency.clientSecret.copyBytes(), as: UTF8.self)
        return "Basic " + Base64Text.encode(Array((FormText.escape(agency.clientID) + ":" + FormText.escape(secret)).utf8))
    }

    private func sealing(_ body: () throws(CryptographyError) -> String) throws(SignInFailure) -> String {
        do { return try body() } catch { throw SignInFailure(.untrusted, "the cookie could not be sealed: \(error)") }
    }
}

extension String {
    fileprivate func appendingQuery(_ query: String) -> String { self + (contains("?") ? "&" : "?") + query }
}
