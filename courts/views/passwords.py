"""A person's own password."""

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpResponse, HttpResponseRedirect

from courts.actions.users import change_own_password
from kernel import time


class ChangePassword(PasswordChangeView):
    """Old password, new one twice; afterwards the session goes on."""

    success_url = "/"

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        change_own_password(user=form.user, password=form.cleaned_data["new_password1"], at=time.now())
        update_session_auth_hash(self.request, form.user)
        return HttpResponseRedirect(self.get_success_url())
