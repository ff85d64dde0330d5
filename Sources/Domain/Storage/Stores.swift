public import Database

extension SQLReading {
    public var residents: ResidentStore<Self> { ResidentStore(transaction: self) }
    public var sessions: SessionStore<Self> { SessionStore(transaction: self) }
    public var consents: ConsentStore<Self> { ConsentStore(transaction: self) }
    public var grants: GrantStore<Self> { GrantStore(transaction: self) }
    public var authorizationCodes: AuthorizationCodeStore<Self> { AuthorizationCodeStore(transaction: self) }
    public var refreshTokens: RefreshTokenStore<Self> { RefreshTokenStore(transaction: self) }
    public var assertionIDs: AssertionIDStore<Self> { AssertionIDStore(transaction: self) }
    public var failureCounters: FailureCounterStore<Self> { FailureCounterStore(transaction: self) }
    public var signingKeys: SigningKeyStore<Self> { SigningKeyStore(transaction: self) }
    public var sealedSecrets: SealedSecretStore<Self> { SealedSecretStore(transaction: self) }
    public var clients: ClientStore<Self> { ClientStore(transaction: self) }
    public var claims: ClaimStore<Self> { ClaimStore(transaction: self) }
    public var epochs: EpochStore<Self> { EpochStore(transaction: self) }
    public var audit: AuditStore<Self> { AuditStore(transaction: self) }
    public var copies: CopyStore<Self> { CopyStore(transaction: self) }
    public var housekeeping: Housekeeping<Self> { Housekeeping(transaction: self) }
}
