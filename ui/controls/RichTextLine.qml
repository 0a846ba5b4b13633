import QtQuick
import Soliloquy

// A few lines that our own code escaped, with the found words in bold.
Text {
    textFormat: Text.StyledText
    font.family: Theme.fontFamily
    font.pixelSize: Theme.size12
    color: Theme.muted
    wrapMode: Text.Wrap
    elide: Text.ElideRight
}
