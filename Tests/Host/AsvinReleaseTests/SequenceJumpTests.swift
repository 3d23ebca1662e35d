import AsvinHost
import AsvinFixtures
import AsvinRelease
import Testing

@Suite("Sequence numbers that leave no room for later ones", .usesScratch)
struct SequenceJumpTests {
  @Test(arguments: [UInt64.max, 281_474_976_710_657])
  func `Without an earlier release, a number is plausible up to the bound`(sequence: UInt64) throws {
    try SigningFixture.using { (fixture: SigningFixture) throws in
      let findings = try fixture.lint { $0.sequence = sequence }
      #expect(findings.map(\.rule) == [.sequenceJump])
      #expect(failure { try fixture.sign { $0.release.sequence = sequence } }?.kind == .rejected)
      #expect(try fixture.rules { ($0.sequence, $0.allowed) = (sequence, [.sequenceJump]) } == [])
      // A date and a time as one number, and the bound itself.
      for plausible: UInt64 in [1, 20_261_126_155_959, SequenceCheck.largestStart] {
        #expect(try fixture.rules { $0.sequence = plausible } == [])
      }
    }
  }

  @Test func `After a release, the step is bounded, and one finding is enough`() throws {
    try SigningFixture.using { (fixture: SigningFixture) throws in
      let report = try fixture.sign()
      _ = try fixture.publish(report.output)
      func rules(_ sequence: UInt64) throws -> [LintRule] {
        try fixture.lint {
          ($0.group, $0.destination, $0.version, $0.sequence) = ("group", "dir:releases", "1.2.4", sequence)
        }.map(\.rule)
      }
      let last = report.release.sequence
      #expect(try rules(last + SequenceCheck.largestStep) == [])
      #expect(try rules(last + SequenceCheck.largestStep + 1) == [.sequenceJump])
      #expect(try rules(.max) == [.sequenceJump])
      #expect(try rules(last) == [.rollback])
    }
  }

  @Test func `Every number that is derived from a version is within one step`() throws {
    try SigningFixture.using { (fixture: SigningFixture) throws in
      #expect(try fixture.rules { $0.version = "4095.4095.4095" } == [])
    }
  }

  @Test func `The rule has a name that --allow accepts`() {
    #expect(LintRule(rawValue: "sequence-jump") == .sequenceJump)
    #expect(LintRule(rawValue: "role") == .role)
  }
}
