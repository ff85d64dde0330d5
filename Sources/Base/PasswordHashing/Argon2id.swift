internal import CArgon2
internal import Cryptography

/// One computation of Argon2id version 19 (RFC 9106), with every input it takes.
struct Argon2id: Sendable {
    let password: Secret
    let salt: [UInt8]
    /// RFC 9106's secret K; the pepper.
    let secret: Secret?
    /// RFC 9106's X; only the specification's own test vector has some.
    var associatedData: [UInt8] = []
    let parameters: Argon2Parameters

    /// Computes the tag in `arena`, on the calling thread alone, whatever the number of lanes.
    ///
    /// - Throws: `failed` where the arena is too small or libargon2 refuses an input.
    func tag(in arena: borrowing Arena) throws(PasswordHashError) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: parameters.tagLength)
        let block = arena.bytes
        // Bytes and their counts cross into C, never C strings: a NUL in a password is a byte like any other.
        let result = password.withBytes { password in
            withBytes(of: secret) { secret in
                salt.withUnsafeBytes { salt in
                    associatedData.withUnsafeBytes { associatedData in
                        tag.withUnsafeMutableBytes { tag in
                            var context = argon2_context()
                            (context.out, context.outlen) = (tag.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(tag.count))
                            (context.pwd, context.pwdlen) = Self.input(password)
                            (context.salt, context.saltlen) = Self.input(salt)
                            (context.secret, context.secretlen) = Self.input(secret)
                            (context.ad, context.adlen) = Self.input(associatedData)
                            context.t_cost = UInt32(parameters.iterations)
                            context.m_cost = UInt32(parameters.memoryKiB)
                            context.lanes = UInt32(parameters.parallelism)
                            context.version = UInt32(ARGON2_VERSION_13.rawValue)
                            return portico_argon2id_in_block(&context, block.baseAddress?.assumingMemoryBound(to: UInt8.self), block.count)
                        }
                    }
                }
            }
        }
        guard result == ARGON2_OK.rawValue else { throw .failed }
        return tag
    }

    private func withBytes<R>(of secret: Secret?, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        guard let secret else { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        return secret.withBytes(body)
    }

    /// libargon2 declares its inputs mutable because it can wipe them; with the default flags it only reads them. An empty
    /// input is a null pointer, which it accepts with the length 0.
    private static func input(_ bytes: UnsafeRawBufferPointer) -> (UnsafeMutablePointer<UInt8>?, UInt32) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return (nil, 0) }
        return (UnsafeMutableRawPointer(mutating: start).assumingMemoryBound(to: UInt8.self), UInt32(bytes.count))
    }
}
