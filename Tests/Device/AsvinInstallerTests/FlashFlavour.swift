/// How flash behaves where power is lost.
struct FlashFlavour: Sendable, CustomStringConvertible {
  /// Bytes of a word with an error-correcting code, which cannot be read after its programming was cut; 0 without one.
  var word = 0
  /// How much of a cut operation is done, in 256ths.
  var part = 128
  /// Whether a cut erase works from the block's end.
  var fromEnd = false

  var description: String { "words of \(word), \(part)/256 done\(fromEnd ? " from the end" : "")" }

  static let plain = FlashFlavour()

  /// Words of each size, cut near their start, inside, and near their end.
  static let all: [FlashFlavour] = [0, 8, 16, 32].flatMap { word in
    [0, 77, 128, 255].map { FlashFlavour(word: word, part: $0, fromEnd: $0 & 1 == 1) }
  }
}
