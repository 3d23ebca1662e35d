/// How flash behaves where power is lost.
struct FlashFlavour: Sendable, CustomStringConvertible {
  /// Bytes of a word with an error-correcting code, which cannot be read after its programming was cut; 0 without one.
  var word = 0
  /// How much of a cut operation is done, in 256ths.
  var part = 128
  /// Whether a cut erase works from the block's end.
  var fromEnd = false
  /// Bytes that are written at once; 0 for the largest of 8 and a word.
  var unit = 0
  /// The value of an erased byte.
  var erased: UInt8 = 0xFF

  var description: String {
    "words of \(word), units of \(unit), \(part)/256 done\(fromEnd ? " from the end" : ""), erased to \(erased)"
  }

  static let plain = FlashFlavour()

  /// Words of each size, cut near their start, inside, and near their end.
  static let all: [FlashFlavour] =
    [0, 8, 16, 32].flatMap { word in
      [0, 77, 128, 255].map { FlashFlavour(word: word, part: $0, fromEnd: $0 & 1 == 1) }
    } + unusual

  /// Units larger than a record, and flash that is erased to zeros.
  static let unusual = [
    FlashFlavour(part: 128, unit: 256), FlashFlavour(part: 77, fromEnd: true, unit: 512),
    FlashFlavour(word: 16, part: 128, unit: 512), FlashFlavour(word: 512, part: 255, fromEnd: true),
    FlashFlavour(part: 128, erased: 0), FlashFlavour(part: 0, unit: 512, erased: 0),
  ]
}
