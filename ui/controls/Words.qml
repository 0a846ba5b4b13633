import QtQuick
import Soliloquy

// Plain text in the type of the window. What others wrote is never read as markup.
Text {
    textFormat: Text.PlainText
    font.family: Theme.fontFamily
    font.pixelSize: Theme.size13
    color: Theme.text
    verticalAlignment: Text.AlignVCenter
    Accessible.role: Accessible.StaticText
    Accessible.name: text
    Accessible.ignored: text === "" || !visible
}
