import AsvinDeviceCommands

DeviceProgram.run()
