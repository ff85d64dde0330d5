import Domain
import JOSE
import KeyRing
import OAuthProtocol
import Primitives

/// Reads ID tokens that come back to us as hints: signed by a key of ours that is not revoked, and whatever their age
/// (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2: an expired one is accepted).
struct IDTokenHints: Sendable {
    struct Hint {
        let subject: String
        let audience: ClientID
        let sessionID: String?
    }

    let issuer: Issuer
    let keyRing: KeyRing

    /// The subject that a hint names, nil where none was sent.
    func subject(of token: String?, for client: Client) throws(OAuthFailure) -> String? {
        guard let token else { return nil }
        let hint = try read(token)
        // The hint need not list us, but a pairwise subject says something only to the agency it was made for.
        guard hint.audience == client.id else {
            throw OAuthFailure(FlowReference.hintOfAnotherClient)
        }
        return hint.subject
    }

    func read(_ token: String) throws(OAuthFailure) -> Hint {
        do throws(JOSEError) {
            let jws = try JWS.parse(token)
            guard let kid = jws.header.kid, let key = keyRing.snapshot.verificationKey(kid: kid) else { throw .keyNotFound }
            let claims = try jws.verified(with: key.key, algorithm: key.algorithm, typ: .exactly("JWT")).claims()
            guard claims["iss"]?.stringValue == issuer.text, let subject = claims["sub"]?.stringValue,
                let audience = claims["aud"]?.stringValue.flatMap(ClientID.init(rawValue:))
            else { throw .malformed("claims") }
            return Hint(subject: subject, audience: audience, sessionID: claims["sid"]?.stringValue)
        } catch {
            throw OAuthFailure(FlowReference.hintNotOurs, cause: "\(error)")
        }
    }
}
