import QtQuick
import Soliloquy

Item {
    property alias text: words.text
    width: parent ? parent.width : 0
    height: 36
    Words {
        id: words
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 6
        font.pixelSize: Theme.size12
        font.weight: Font.DemiBold
        color: Theme.faint
        Accessible.role: Accessible.Heading
    }
    Rectangle { anchors.bottom: parent.bottom; width: parent.width; height: 1; color: Theme.line }
}
