import QtQuick
import Soliloquy

// A part of the drawer that opens: a text in the monospaced type, or rows.
Column {
    id: part
    property string title
    property string source: ""
    property var rows: []
    property bool open: false
    spacing: 8

    PressButton {
        width: parent.width
        name: part.title
        Accessible.checkable: true
        Accessible.checked: part.open
        onClicked: part.open = !part.open
        contentItem: Row {
            spacing: 6
            Icon { anchors.verticalCenter: parent.verticalCenter; name: part.open ? "chevron-down" : "chevron-right"; size: 16 }
            Words { height: 28; text: part.title; font.weight: Font.DemiBold }
        }
    }
    Loader {
        width: parent.width
        active: part.open
        visible: active
        sourceComponent: part.source !== "" ? text : table
    }
    Component {
        id: table
        FactRows { rows: part.rows; labelWidth: 168 }
    }
    Component {
        id: text
        Rectangle {
            height: words.implicitHeight + 24
            radius: Theme.radius
            color: Theme.code
            TextEdit {
                id: words
                x: 12
                y: 12
                width: parent.width - 24
                textFormat: TextEdit.PlainText
                text: part.source
                readOnly: true
                selectByMouse: true
                wrapMode: TextEdit.WrapAnywhere
                font.family: Theme.monoFamily
                font.pixelSize: Theme.size12
                color: Theme.text
                selectionColor: Theme.accent
                selectedTextColor: Theme.accentText
                Accessible.name: part.title
            }
        }
    }
}
