import AsvinPatch
import AsvinPatchBuilder
import AsvinPatchHost
import AsvinFixtures
import Testing

@Suite("Patches")
struct RoundTripTests {
  /// A pair of images, and what it is.
  struct Pair: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let old: [UInt8]
    let new: [UInt8]
  }

  static let pairs: [Pair] = {
    var numbers = SeededGenerator(seed: 11)
    let image = numbers.bytes(20_000)
    let text = Array(String(repeating: "firmware that repeats itself, ", count: 700).utf8)
    var changed = image
    for index in stride(from: 7, to: changed.count, by: 501) { changed[index] ^= 0x40 }
    return [
      Pair(testDescription: "both empty", old: [], new: []),
      Pair(testDescription: "of nothing", old: [], new: text),
      Pair(testDescription: "to nothing", old: text, new: []),
      Pair(testDescription: "one byte", old: [], new: [0]),
      Pair(testDescription: "equal", old: image, new: image),
      Pair(testDescription: "unrelated", old: image, new: numbers.bytes(20_000)),
      Pair(testDescription: "reversed", old: image, new: image.reversed()),
      Pair(testDescription: "shifted", old: image, new: numbers.bytes(33) + image),
      Pair(testDescription: "cut", old: image, new: Array(image[5000..<9000])),
      Pair(testDescription: "halves swapped", old: image, new: Array(image[10_000...] + image[..<10_000])),
      Pair(testDescription: "single bytes changed", old: image, new: changed),
      Pair(testDescription: "zeros", old: [UInt8](repeating: 0, count: 9000), new: [UInt8](repeating: 0, count: 9001)),
      Pair(testDescription: "all ones at the end", old: image, new: image + [UInt8](repeating: 0xFF, count: 5000)),
    ]
  }()

  @Test(arguments: pairs)
  func `A patch gives the new image back, whatever the pair, the profile and the instruction set`(pair: Pair) throws {
    for profile in Profile.allCases {
      for set in InstructionSet.allCases {
        let patch = try PatchBuilder.patch(from: pair.old, to: pair.new, profile: profile, set: set)
        #expect(try ImagePatch.apply(patch.bytes, to: pair.old, maximum: 1 << 24) == pair.new, "\(profile) \(set)")
      }
    }
  }

  @Test
  func `A patch between equal images is a few bytes, and one of unrelated images little more than the image`() throws {
    let equal = try #require(Self.pairs.first { $0.testDescription == "equal" })
    #expect(try PatchBuilder.patch(from: equal.old, to: equal.new, profile: .standard).bytes.count < 32)
    let unrelated = try #require(Self.pairs.first { $0.testDescription == "unrelated" })
    #expect(try PatchBuilder.patch(from: unrelated.old, to: unrelated.new, profile: .standard).bytes.count < 21_200)
  }

  @Test func `The same pair gives the same patch`() throws {
    for pair in Self.pairs {
      let first = try PatchBuilder.patch(from: pair.old, to: pair.new, profile: .standard)
      #expect(try PatchBuilder.patch(from: pair.old, to: pair.new, profile: .standard).bytes == first.bytes)
    }
  }

  /// What is left of the budget is for the applier and its stack, 1.5 KB, in place 4.2 KB: `scripts/device/bench-patch`.
  @Test(arguments: [(Profile.standard, 40), (.tiny, 20)])
  func `A profile keeps its RAM, whatever it is used for`(profile: Profile, kibibytes: Int) {
    for emphasis in Emphasis.allCases {
      #expect(Tables(profile, emphasis, isInPlace: true).bytes <= kibibytes * 1024 - 4224)
      #expect(Tables(profile, emphasis, isInPlace: false).bytes <= kibibytes * 1024 - 1512)
    }
  }

  @Test(
    .needsShared("corpus"),
    arguments: ["programmer-0.8-0.9", "avr-grbl-0.9i-0.9j", "riscv32-moondancer-0.2.3-0.2.4", "aarch64-shell-pi3"])
  func `Real firmware comes back complete`(name: String) throws {
    let (old, new) = try (Shared.bytes("corpus/\(name)/old.bin"), Shared.bytes("corpus/\(name)/new.bin"))
    for profile in Profile.allCases {
      let patch = try PatchBuilder.patch(from: old, to: new, profile: profile)
      #expect(try ImagePatch.apply(patch.bytes, to: old, maximum: 1 << 24) == new)
    }
  }
}
