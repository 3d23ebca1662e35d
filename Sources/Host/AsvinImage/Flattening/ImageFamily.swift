import AsvinHost

/// The chip or board of a part of a container.
package struct ImageFamily: Equatable, Sendable {
  /// The kind of number that identifies the parts of a container.
  package enum Kind: Sendable {
    /// The family id of a UF2 block.
    case uf2
    /// The board id of a universal hex file (micro:bit).
    case board
    /// The alternate setting of a DfuSe file.
    case setting
  }

  /// The kind of the number.
  package let kind: Kind
  /// The number.
  package let identifier: UInt32

  /// The chip; `nil` if the number does not belong to a known chip.
  package var chip: Chip? {
    switch (kind, identifier) {
    case (.uf2, _): Chip(uf2Family: identifier)
    // microbit-foundation/spec-universal-hex: the boards V2.0 to V2.21 have an nRF52833.
    case (.board, 0x9903...0x9906): .nrf52833
    default: nil
    }
  }

  /// Whether it matches the input of a user: the number, or the name of the chip.
  func matches(_ text: String) -> Bool {
    AddressRange.number(text).map { $0 == UInt64(identifier) } ?? (chip?.rawValue == text.lowercased())
  }
}

extension ImageFamily: CustomStringConvertible {
  /// The number and the name of its chip.
  package var description: String {
    switch kind {
    case .uf2: "0x\(hexadecimal(identifier))" + (chip.map { " (\($0.rawValue))" } ?? "")
    case .board where [0x9900, 0x9901].contains(identifier): "0x\(String(identifier, radix: 16)) (micro:bit V1)"
    case .board where chip != nil: "0x\(String(identifier, radix: 16)) (micro:bit V2)"
    case .board: "0x\(String(identifier, radix: 16))"
    case .setting: "\(identifier) (alternate setting)"
    }
  }
}
