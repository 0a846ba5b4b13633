/// app/viewmodels/denying_network_factory.cpp: every request is answered with "access denied" before anything is opened.
#include "app/viewmodels/denying_network_factory.h"

#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QTimer>

namespace soliloquy {
namespace {

class Refusal : public QNetworkReply {
  public:
    Refusal(const QNetworkRequest& request, QNetworkAccessManager::Operation operation, QObject* parent) : QNetworkReply(parent) {
        setRequest(request);
        setOperation(operation);
        setUrl(request.url());
        setError(ContentAccessDenied, QStringLiteral("nothing here talks to a network"));
        open(ReadOnly);
        QTimer::singleShot(0, this, [this] {
            setFinished(true);
            Q_EMIT errorOccurred(ContentAccessDenied);
            Q_EMIT finished();
        });
    }
    void abort() override {}

  protected:
    qint64 readData(char*, qint64) override { return -1; }
};

class RefusingManager : public QNetworkAccessManager {
  public:
    using QNetworkAccessManager::QNetworkAccessManager;

  protected:
    QNetworkReply* createRequest(Operation operation, const QNetworkRequest& request, QIODevice*) override {
        return new Refusal(request, operation, this);
    }
};

}  // namespace

QNetworkAccessManager* DenyingNetworkFactory::create(QObject* parent) { return new RefusingManager(parent); }

}  // namespace soliloquy
