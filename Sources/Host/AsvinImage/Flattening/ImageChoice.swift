/// Which part of a container becomes the image, where it holds more than one.
package struct ImageChoice: Equatable, Sendable {
  /// The chip or board: a number or a chip's name, as the user gives it.
  package var family: String?
  /// The chips that the board can have: they choose the family where the user does not.
  package var chips: [Chip] = []
  /// The addresses whose data becomes the image, cut to exactly these.
  package var range: AddressRange?
  /// The addresses of the slot: data that starts there is chosen where the user chooses no range.
  package var window: AddressRange?

  /// No choice.
  package init() {}
}
