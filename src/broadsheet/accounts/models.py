"""One table of users. A reader is a user; staff are users who may enter the admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes users by mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user with `email`; without a password they log in by other means."""
        if not email:
            raise ValueError("A user needs a mail address.")
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user who may do everything."""
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, username: str | None) -> User:
        """The user with this address, however it is capitalised."""
        return self.get(email__iexact=username)


class User(AbstractUser):
    """Somebody with an account, known by a mail address that is unique whatever its capitals."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("mail address"), unique=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    zone = models.CharField(_("time zone"), max_length=64, blank=True)
    # Made of the first address and kept when that changes: a new address gives no new allowance and no second trial.
    mail_key = models.BinaryField(max_length=32, default=b"", blank=True, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class Device(models.Model):
    """A browser in which somebody is logged in. No address, no user agent: what they would call it, and when."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    session_key = models.CharField(max_length=40, unique=True, null=True)
    label = models.CharField(max_length=80, blank=True)
    since = models.DateTimeField()  # in use without a pause of a day
    last_used = models.DateTimeField()  # to the hour

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        indexes = [models.Index(fields=["user", "last_used"])]
