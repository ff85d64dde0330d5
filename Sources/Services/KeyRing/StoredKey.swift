internal import Cryptography
internal import Domain
internal import JOSE
internal import Primitives

/// A new key before it is stored: generated and sealed outside of any transaction.
struct FreshKey: Sendable {
    let kid: String
    let algorithm: SignatureAlgorithm
    private let publicJWK: JSONObject
    private let sealedPrivateKey: [UInt8]

    init(_ algorithm: SignatureAlgorithm, sealedBy masterKey: MasterKey) throws(KeyRingError) {
        do {
            var key = try PrivateKey.generate(for: algorithm)
            // A name that begins like an option could not be given to a command: one key in 64 is made again.
            while JWK(key.publicKey, alg: algorithm).thumbprint.hasPrefix("-") { key = try PrivateKey.generate(for: algorithm) }
            let jwk = JWK(key.publicKey, alg: algorithm)
            kid = jwk.thumbprint
            publicJWK = jwk.json
            sealedPrivateKey = try masterKey.seal(try key.pkcs8DER(), as: .signingKey(kid: kid, algorithm))
            self.algorithm = algorithm
        } catch let error as CryptographyError {
            throw .cryptography(error)
        } catch let error as KeyRingError {
            throw error
        } catch {
            throw .cryptography(CryptographyError(.keyGeneration))
        }
    }

    func record(state: KeyState, at now: Instant) -> SigningKeyRecord {
        SigningKeyRecord(
            kid: kid, algorithm: algorithm, state: state, publicJWK: publicJWK, sealedPrivateKey: sealedPrivateKey, createdAt: now,
            publishedAt: now, activatedAt: state == .active ? now : nil, retiredAt: nil, revokedAt: nil)
    }
}

extension SigningKeyRecord {
    /// The public half, after checking that it is public only, of the record's algorithm and named by its thumbprint (RFC 7638).
    func checkedPublicKey() throws(KeyRingError) -> JWK {
        let key: JWK
        do { key = try JWK(json: publicJWK) } catch { throw .damaged("key \(kid) (\(error))") }
        guard key.kid == kid, key.thumbprint == kid else { throw .damaged("key \(kid): its thumbprint is \(key.thumbprint)") }
        guard key.alg == algorithm, key.key.accepts(algorithm) else { throw .damaged("key \(kid): it is no \(algorithm.rawValue) key") }
        return key
    }

    /// The private half, after it signed something that the public half verifies.
    func checkedPrivateKey(_ masterKey: MasterKey) throws(KeyRingError) -> PrivateKey {
        let publicKey = try checkedPublicKey().key
        guard let der = masterKey.open(sealedPrivateKey, as: .signingKey(kid: kid, algorithm)) else {
            throw .damaged("the sealed private half of key \(kid)")
        }
        let probe = Array("portico key check \(kid)".utf8)
        do throws(CryptographyError) {
            let key = try PrivateKey(pkcs8DER: der)
            guard publicKey.verify(try key.sign(probe, algorithm), of: probe, algorithm) else {
                throw CryptographyError(.malformedKey)
            }
            return key
        } catch {
            throw .damaged("key \(kid): what its private half signs, its public half does not verify")
        }
    }
}
