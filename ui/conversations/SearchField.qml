import QtQuick
import QtQuick.Templates as T
import Soliloquy

T.TextField {
    id: control
    implicitHeight: Theme.row
    leftPadding: 32
    rightPadding: 56
    topPadding: 0
    bottomPadding: 0
    verticalAlignment: TextInput.AlignVCenter
    font.family: Theme.fontFamily
    font.pixelSize: Theme.size13
    color: Theme.text
    placeholderTextColor: Theme.faint
    selectionColor: Theme.dark ? "#3A4470" : "#C9D4FB"
    selectedTextColor: Theme.text
    selectByMouse: true
    Accessible.name: qsTr("Search")
    background: Rectangle {
        radius: Theme.radius
        color: Theme.field
        border.width: control.activeFocus ? 2 : 0
        border.color: Theme.accent
        Icon {
            x: 7
            anchors.verticalCenter: parent.verticalCenter
            name: "search"
            size: 18
        }
        Words {
            x: 32
            height: parent.height
            visible: control.text === "" && control.preeditText === ""
            text: qsTr("Search")
            color: Theme.muted
            Accessible.ignored: true
        }
        Words {
            anchors.right: parent.right
            anchors.rightMargin: 8
            height: parent.height
            visible: control.text === ""
            text: "Ctrl K"
            font.pixelSize: Theme.size11
            color: Theme.faint
            Accessible.ignored: true
        }
    }
    IconButton {
        anchors.right: parent.right
        anchors.rightMargin: 2
        anchors.verticalCenter: parent.verticalCenter
        visible: control.text !== ""
        icon_: "close"
        iconSize: 14
        name: qsTr("Clear the search")
        onClicked: control.clear()
    }
}
