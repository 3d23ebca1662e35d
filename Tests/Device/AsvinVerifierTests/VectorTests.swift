import AsvinFixtures
import AsvinVerifier
import Testing

/// Threats T1, T2, T8, T14, T15, T16: an independent encoder made the envelopes.
@Suite("Envelopes of another encoder")
struct VectorTests {
  @Test(arguments: Vector.all("envelope"))
  func `Each vector is accepted, or rejected with the reason in its file`(vector: Vector) throws {
    let reason = Bench.outcome(vector.bytes).reason
    let words = reason.map { ["\($0.name)", "\($0.rawValue)"] } ?? ["accepted", "0"]
    #expect(words == vector.expected)
  }

  @Test func `Every reason that an envelope can have has a vector, or a test of its own`() throws {
    let seen = Set(Vector.all("envelope").map { $0.expected[0] })
    let elsewhere: Set<Reason> = [
      .thresholdNotReached, .baseUnknown, .sequenceTooFar, .slotUnknown, .componentMissing,
    ]
    for reason in Reason.allCases where reason.rawValue < 50 && !elsewhere.contains(reason) {
      #expect(seen.contains("\(reason.name)"), "\(reason)")
    }
  }
}
