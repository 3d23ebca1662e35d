/// The choice of the part of a container that becomes the image, if the container holds several parts.
package struct ImageChoice: Equatable, Sendable {
  /// The chip or board as the user wrote it: a number or a chip's name.
  package var family: String?
  /// The chips that the board can have. They select the family if the user chooses none.
  package var chips: [Chip] = []
  /// The addresses whose data becomes the image. Data outside them is left out.
  package var range: AddressRange?
  /// The addresses of the slot. Data that starts there is selected if the user chooses no range.
  package var window: AddressRange?

  /// No choice.
  package init() {}
}
