/// The sum of a verification. Each step that a release passes adds a share, and all steps are done twice. Only the sum
/// of all shares of both passes is ``accepted``. The word is stored with the release and is compared at each use.
package struct VerdictWord: BitwiseCopyable, Sendable {
  /// A step, and its share.
  package enum Step: UInt32 {
    // Each fits an instruction of a Cortex-M4.
    case signatures = 0x1B00_1B00
    case vendor = 0x002D_002D
    case deviceClass = 0x3535_3535
    case floor = 0x0B80_0000
  }

  /// The sum.
  package private(set) var word: UInt32 = 0

  /// Creates the word of a verification that has not begun.
  package init() {}

  /// Adds the share of a step that was passed. A demand that is not checked adds nothing, so that a release can never
  /// be installed after a mere inspection.
  mutating func add(_ step: Step) { word &+= step.rawValue }

  /// The sum, combined with a sequence number, so that neither is valid with another partner.
  package func bound(to sequence: UInt64) -> UInt32 {
    word ^ UInt32(truncatingIfNeeded: sequence) ^ UInt32(truncatingIfNeeded: sequence >> 32) &* 0x9E37_79B1
  }

  /// The combined word of an accepted release with a sequence number.
  package static func accepted(_ sequence: UInt64) -> UInt32 {
    var verdict = VerdictWord()
    verdict.word = accepted
    return verdict.bound(to: sequence)
  }

  /// The sum of both passes of every step.
  package static var accepted: UInt32 {
    (Step.signatures.rawValue &+ Step.vendor.rawValue &+ Step.deviceClass.rawValue &+ Step.floor.rawValue) &* 2
  }
}
