import Cryptography
import Domain
import Primitives
import Storage
import Testing

@testable import Residents

@Suite("Delays after failed sign-ins")
struct SignInThrottleTests {
    private let wrong = "a wrong long password"

    @Test("five failures are free; then the delay doubles from two seconds up to fifteen minutes")
    func growth() async throws {
        let fixture = try await ResidentsFixture()
        let signIn = fixture.signIn(policy: onlyNameFromAddress)
        var now = noon
        for _ in 0..<5 { #expect(try await signIn.attempt(fixture.attempt(wrong), replacing: nil, at: now).isRefused) }
        var delays: [Int64] = []
        for _ in 0..<11 {
            let wait = try #require(try await signIn.attempt(fixture.attempt(wrong), replacing: nil, at: now).delay)
            delays.append(wait.wholeSeconds)
            let early = try await signIn.attempt(fixture.attempt(wrong), replacing: nil, at: now + wait - .milliseconds(1))
            #expect(early.delay == .milliseconds(1))
            now = now + wait
            #expect(try await signIn.attempt(fixture.attempt(wrong), replacing: nil, at: now).isRefused)
        }
        #expect(delays == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900])
    }

    @Test("while delayed no password is looked at, not even the right one")
    func noWorkWhileDelayed() async throws {
        let fixture = try await ResidentsFixture()
        let signIn = fixture.signIn()
        for _ in 0..<5 { _ = try await signIn.attempt(fixture.attempt(wrong), replacing: nil, at: noon) }
        let (hashes, failures) = (fixture.hashCount, try await fixture.failures().sum)
        for _ in 0..<20 { #expect(try await signIn.attempt(fixture.attempt(), replacing: nil, at: noon).delay == .seconds(2)) }
        #expect(fixture.hashCount == hashes)
        #expect(try await fixture.failures().sum == failures)
        #expect(try await signIn.attempt(fixture.attempt(), replacing: nil, at: noon + .seconds(2)).signedIn != nil)
    }

    @Test("guesses made at once get no more hashes than guesses made one after the other")
    func parallelGuesses() async throws {
        let fixture = try await ResidentsFixture()
        let signIn = fixture.signIn()
        let outcomes = try await withThrowingTaskGroup(of: SignInOutcome.self) { group in
            for _ in 0..<60 { group.addTask { try await signIn.attempt(fixture.attempt(self.wrong), replacing: nil, at: noon) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(fixture.hashCount == 5)
        #expect(outcomes.filter(\.isRefused).count == 5)
        #expect(outcomes.filter { $0.delay != nil }.count == 55)
    }

    @Test("success clears the failures of this name from this address")
    func success() async throws {
        let fixture = try await ResidentsFixture()
        let signIn = fixture.signIn()
        for _ in 0..<4 {
            for _ in 0..<4 { #expect(try await signIn.attempt(fixture.attempt(wrong), replacing: nil, at: noon).isRefused) }
            #expect(try await signIn.attempt(fixture.attempt(), replacing: nil, at: noon).signedIn != nil)
        }
    }

    @Test("signing in to an account of one's own does not clear an address's failures at others")
    func ownAccountAsBroom() async throws {
        let fixture = try await ResidentsFixture()
        let signIn = fixture.signIn()
        for guess in 0..<49 {
            #expect(try await signIn.attempt(fixture.attempt(wrong, as: "name\(guess)"), replacing: nil, at: noon).isRefused)
        }
        #expect(try await signIn.attempt(fixture.attempt(), replacing: nil, at: noon).signedIn != nil)
        #expect(try await signIn.attempt(fixture.attempt(wrong, as: "name49"), replacing: nil, at: noon).isRefused)
        #expect(try await signIn.attempt(fixture.attempt(wrong, as: "name50"), replacing: nil, at: noon).delay == .seconds(1))
    }

    @Test("many people who sign in well from one address never slow it down")
    func sharedAddress() async throws {
        let fixture = try await ResidentsFixture()
        let signIn = fixture.signIn()
        for _ in 0..<80 { #expect(try await signIn.attempt(fixture.attempt(), replacing: nil, at: noon).signedIn != nil) }
    }

    @Test("guesses at one name from many addresses are slowed down to one in thirty seconds")
    func manyAddresses() async throws {
        let fixture = try await ResidentsFixture()
        let signIn = fixture.signIn()
        for index in 0..<20 {
            #expect(try await signIn.attempt(fixture.attempt(wrong, from: "198.51.100.\(index)"), replacing: nil, at: noon).isRefused)
        }
        var (now, delays): (Instant, [Int64]) = (noon, [])
        for index in 20..<27 {
            let attempt = fixture.attempt(wrong, from: "198.51.100.\(index)")
            let wait = try #require(try await signIn.attempt(attempt, replacing: nil, at: now).delay)
            delays.append(wait.wholeSeconds)
            now = now + wait
            #expect(try await signIn.attempt(attempt, replacing: nil, at: now).isRefused)
        }
        #expect(delays == [1, 2, 4, 8, 16, 30, 30])
    }

    @Test("strangers who guess at a name do not keep its owner out of a browser they used before (A59)")
    func ownerGetsIn() async throws {
        let fixture = try await ResidentsFixture()
        let signIn = fixture.signIn()
        let cookie = try #require(try await signIn.attempt(fixture.attempt(), replacing: nil, at: noon).signedIn).deviceCookie
        // From everywhere, the owner's own address among them.
        for index in 0..<60 {
            _ = try await signIn.attempt(fixture.attempt(wrong, from: "198.51.100.\(index)"), replacing: nil, at: noon)
            _ = try await signIn.attempt(fixture.attempt(wrong, as: "name\(index)"), replacing: nil, at: noon)
            _ = try await signIn.attempt(fixture.attempt(wrong), replacing: nil, at: noon)
        }
        #expect(try await signIn.attempt(fixture.attempt(), replacing: nil, at: noon).delay != nil)
        #expect(try await signIn.attempt(fixture.attempt(knownBrowser: cookie), replacing: nil, at: noon).signedIn != nil)
    }

    @Test("a known browser has delays of its own, which do not fall on others")
    func knownBrowserIsCounted() async throws {
        let fixture = try await ResidentsFixture()
        let signIn = fixture.signIn()
        let cookie = try #require(try await signIn.attempt(fixture.attempt(), replacing: nil, at: noon).signedIn).deviceCookie
        for _ in 0..<5 {
            #expect(try await signIn.attempt(fixture.attempt(wrong, knownBrowser: cookie), replacing: nil, at: noon).isRefused)
        }
        #expect(try await signIn.attempt(fixture.attempt(knownBrowser: cookie), replacing: nil, at: noon).delay == .seconds(2))
        #expect(try await signIn.attempt(fixture.attempt(), replacing: nil, at: noon).signedIn != nil)
    }

    @Test("a cookie of one's own earns nothing when guessing at others")
    func cookieForAnotherName() async throws {
        let fixture = try await ResidentsFixture()
        let signIn = fixture.signIn()
        let cookie = try #require(try await signIn.attempt(fixture.attempt(), replacing: nil, at: noon).signedIn).deviceCookie
        for _ in 0..<5 {
            #expect(try await signIn.attempt(fixture.attempt(wrong, as: "bela", knownBrowser: cookie), replacing: nil, at: noon).isRefused)
        }
        #expect(try await signIn.attempt(fixture.attempt(wrong, as: "bela", knownBrowser: cookie), replacing: nil, at: noon).delay != nil)
    }

    @Test("failures are forgotten after a day without another")
    func memory() async throws {
        let fixture = try await ResidentsFixture()
        let signIn = fixture.signIn()
        for _ in 0..<5 { _ = try await signIn.attempt(fixture.attempt(wrong), replacing: nil, at: noon) }
        let nextDay = noon + .days(1) + .milliseconds(1)
        for _ in 0..<5 { #expect(try await signIn.attempt(fixture.attempt(wrong), replacing: nil, at: nextDay).isRefused) }
        #expect(try await signIn.attempt(fixture.attempt(wrong), replacing: nil, at: nextDay).delay != nil)
    }

    @Test("a clock that is set back makes nobody wait longer than the whole delay (A84)")
    func clockSetBack() async throws {
        let fixture = try await ResidentsFixture()
        let signIn = fixture.signIn()
        for _ in 0..<5 { _ = try await signIn.attempt(fixture.attempt(wrong), replacing: nil, at: noon) }
        #expect(try await signIn.attempt(fixture.attempt(wrong), replacing: nil, at: noon - .days(3)).delay == .seconds(2))
    }

    @Test("however many names and addresses strangers use, the counters stay within the table, and apart by kind")
    func bounds() throws {
        let throttle = Throttle(policy: ThrottlePolicy(), key: .random(32))
        let share = Throttle.bucketCount / 4
        #expect(Throttle.bucketCount == FailureCounter.buckets)
        for index in 0..<500 {
            let name = SignInName("name\(index)")
            let strangers = throttle.counters(name: name, address: "192.0.2.\(index)", knownBrowser: nil)
            #expect(strangers.map { $0.bucket / share } == [0, 1, 2])
            let known = throttle.counters(name: name, address: "", knownBrowser: (id: [UInt8(index % 256)], resident: .random()))
            #expect(known.map { $0.bucket / share } == [3])
        }
    }

    @Test("all spellings of a name share a count; other names and keys do not")
    func counted() {
        #expect(SignInName("Amina").counted == SignInName(" AMINA ").counted)
        #expect(SignInName("Amina@Example.org").counted == SignInName("amina@example.org").counted)
        #expect(SignInName("amina").counted != SignInName("bela").counted)
        #expect(SignInName("amina\u{0}").counted != SignInName("amina").counted)
        #expect(SignInName("amina\u{0}").key == nil)
        let (one, other) = (Throttle(policy: ThrottlePolicy(), key: .random(32)), Throttle(policy: ThrottlePolicy(), key: .random(32)))
        let numbers = { (throttle: Throttle) in
            (0..<20).map { throttle.counters(name: SignInName("n\($0)"), address: "a", knownBrowser: nil)[0].bucket }
        }
        #expect(numbers(one) == numbers(one))
        #expect(numbers(one) != numbers(other))
    }

    /// The other counters never ask for a delay.
    private var onlyNameFromAddress: ThrottlePolicy {
        let never = ThrottlePolicy.Rule(free: .max, firstDelay: .zero, longestDelay: .zero, memory: .days(1))
        return ThrottlePolicy(name: never, address: never)
    }
}
