/// The sum of a verification. Each step adds its share where it is passed, and all steps are done twice: only all
/// shares of both passes make ``accepted``. The word accompanies the release to each use, and is compared there.
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

  /// A verification that was not started.
  package init() {}

  /// Adds the share of a step that was passed. A demand that is not made adds nothing, so that a release which was only
  /// inspected is never installed.
  mutating func add(_ step: Step) { word &+= step.rawValue }

  /// The sum, bound to a sequence number: neither the one nor the other is used without its partner.
  package func bound(to sequence: UInt64) -> UInt32 {
    word ^ UInt32(truncatingIfNeeded: sequence) ^ UInt32(truncatingIfNeeded: sequence >> 32) &* 0x9E37_79B1
  }

  /// What an accepted release with a sequence number is bound to.
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
