import AsvinHost
import AsvinRelease

/// The rules of a batch, as an operator writes them.
struct RolloutNumbers {
  let waves: [String]
  let success: Int?
  let failures: Int?
  let retries: Int?

  /// Checks the range and the order of the numbers.
  func check() throws(Failure) {
    for (option, percent) in [("--success", success), ("--failures", failures)] {
      guard let percent, !(1...100).contains(percent) else { continue }
      throw Failure(.usage, "\(option) \(percent) is not a percentage", hint: "give 1 to 100")
    }
    if let retries, !(0...100).contains(retries) {
      throw Failure(.usage, "--retries \(retries) is not a number of retries", hint: "give 0 to 100")
    }
    guard waves.count <= 32 else {
      throw Failure(.usage, "a rollout has at most 32 waves, not \(waves.count)", hint: "leave some out")
    }
    var highest: (count: Int, percent: Int) = (0, 0)
    for wave in waves {
      let isPercent = wave.hasSuffix("%")
      let digits = isPercent ? wave.dropLast() : wave[...]
      let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
      guard isNumber, let number = Int(digits), (1...(isPercent ? 100 : 1_000_000_000)).contains(number) else {
        throw Failure(
          .usage, "'\(wave)' is not a wave",
          hint: "give a number of devices, for example 5, or a percentage from 1 to 100, for example 10%")
      }
      let before = isPercent ? highest.percent : highest.count
      guard number > before else {
        throw Failure(
          .usage, "wave '\(wave)' is not larger than the one before it",
          hint: "each wave includes the waves before it: give rising numbers, for example --wave 1 --wave 10%")
      }
      if isPercent { highest.percent = number } else { highest.count = number }
    }
  }

  /// The two ends of a window such as `22:00-04:00`.
  static func window(_ text: String) -> (from: String, until: String)? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, parts.allSatisfy(isTime), parts[0] != parts[1] else { return nil }
    return (parts[0], parts[1])
  }

  private static func isTime(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return false }
    let digits = [bytes[0], bytes[1], bytes[3], bytes[4]].map { Int($0) - 0x30 }
    guard digits.allSatisfy({ (0...9).contains($0) }) else { return false }
    return digits[0] * 10 + digits[1] < 24 && digits[2] < 6
  }
}
