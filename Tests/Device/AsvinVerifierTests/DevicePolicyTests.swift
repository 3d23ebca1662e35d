import AsvinManifest
import AsvinVerifier
import Testing

@Suite("Demands of a device on the number and the slots of a release")
struct DevicePolicyTests {
  static func reason(
    sequence: UInt64 = 7, floor: UInt64? = 6, step: UInt64 = DevicePolicy.usualStep, slots: [UInt64] = [0],
    has: DeviceSlots? = nil
  ) throws -> Reason? {
    let manifest = Bench.manifest {
      $0.sequence = sequence
      $0.components = slots.map { Bench.component($0) }
    }
    let envelope = try Bench.envelope(manifest, by: [Bench.key(.ed25519)])
    return Bench.outcome(
      envelope, floor: floor, sequence: floor, slots: has.map { .required($0) } ?? .unchecked, longestStep: step
    ).reason
  }

  @Test func `A sequence number further above the floor than the longest step is refused`() throws {
    #expect(try Self.reason(sequence: 6 + DevicePolicy.usualStep) == nil)
    #expect(try Self.reason(sequence: 7 + DevicePolicy.usualStep) == .sequenceTooFar)
    #expect(try Self.reason(sequence: .max) == .sequenceTooFar)
    #expect(try Self.reason(sequence: .max, step: .max) == nil)
    #expect(try Self.reason(sequence: 17, step: 10) == .sequenceTooFar)
    #expect(try Self.reason(sequence: 6, step: 10) == .sequenceNotAboveFloor)
    #expect(try Self.reason(sequence: .max, floor: nil) == nil)
  }

  @Test(
    arguments: [
      4095 << 24 | 4095 << 12 | 4095, 65_535 << 32 | 65_535 << 16 | 65_535, 20_991_231_235_959, 4_102_444_800_000,
    ] as [UInt64])
  func `Numbers of every usual scheme are within the usual step`(sequence: UInt64) throws {
    #expect(try Self.reason(sequence: sequence, floor: 0) == nil)
  }

  @Test(arguments: [1, 31, 32, 63, 64, 77, .max] as [UInt64])
  func `A release for a slot that the device does not have is refused`(slot: UInt64) throws {
    #expect(try Self.reason(slots: [slot], has: DeviceSlots(1)) == .slotUnknown)
    #expect(try Self.reason(slots: [0, slot], has: DeviceSlots(1)) == .slotUnknown)
  }

  @Test func `A release that lacks a slot is refused where the device needs it`() throws {
    #expect(try Self.reason(slots: [0], has: DeviceSlots(0b11)) == .componentMissing)
    #expect(try Self.reason(slots: [1], has: DeviceSlots(0b11)) == .componentMissing)
    #expect(try Self.reason(slots: [0, 1], has: DeviceSlots(0b11)) == nil)
    #expect(try Self.reason(slots: [0], has: DeviceSlots(0b11, needed: 0b1)) == nil)
    #expect(try Self.reason(slots: [1], has: DeviceSlots(0b11, needed: 0b1)) == .componentMissing)
  }
}
